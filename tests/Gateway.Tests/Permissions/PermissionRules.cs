namespace OrleansChat.Gateway.Tests.Permissions;

/// <summary>
/// Who may do what: the rules of docs/protocol.md, in the order in which they are asked. The first that applies decides.
/// Written from the documents and not from the code; docs/permissions.md is printed from it.
/// </summary>
internal static class PermissionRules
{
    private const int NotBelonging = -1;
    private const int OfMember = 0;
    private const int OfModerator = 1;
    private const int OfOwner = 2;
    private const int AboveAll = 3;

    public static readonly PermissionRule[] All =
    [
        // Who it is.
        new("Nobody gets in without a token.", c => c.Who == Who.Anonymous, _ => Outcome.NotLetIn("unauthorized")),
        new("Nor whoever is suspended.", c => c.Under == Under.Suspended, _ => Outcome.NotLetIn("suspended")),
        new("What concerns no room is everybody's.", c => c.Deed.IsOfNoRoom()),
        new("A direct room is not created but spoken in.", c => c.Deed == Deed.Create && c.IsDirect, _ => Outcome.Refused("bad_field")),
        new("A limited token is good for its rooms alone, whatever there is elsewhere.", c => c.Who == Who.Limited, _ => Outcome.Refused("forbidden")),

        // The direct room of two.
        new("Nobody blocks themselves.", c => c.Deed is Deed.Block or Deed.Unblock && c.Whom == Whom.Oneself, _ => Outcome.Refused("bad_field", "user")),
        new("Everybody may block others, and lift it.", c => c.Deed is Deed.Block or Deed.Unblock),
        new("A direct room is its two users', whether they have spoken or not.", c => c.IsDirect && !IsOneOfTwo(c), _ => Outcome.Refused("forbidden")),
        new("What one has said there is answered again by its key, whatever has come since.", c => c.Deed == Deed.SendAgain),
        new("Nothing is said where one has blocked the other.", c => SaysInDirect(c) && c.Under is Under.Blocked or Under.Blocking && c.Whom != Whom.Oneself, _ => Outcome.Refused("blocked")),
        new("Otherwise the two may speak, also the first time.", SaysInDirect),

        // Coming and going.
        new("The last owner stays as long as there are others.", c => c is { Deed: Deed.Leave, Who: Who.Owner, Under: Under.OneOwner }, _ => Outcome.Refused("last_owner")),
        new("Everybody may leave, also what is not there.", c => c.Deed == Deed.Leave),
        new("Everybody may create a room of a name that is free.", c => c.Deed == Deed.Create, c => c.IsMissing ? Outcome.Done : Outcome.Refused("bad_field")),
        new("Whoever is a member may join again, and a room that is not there comes into being.", c => IsJoin(c) && (c.IsMissing || Rank(c) != NotBelonging)),
        new("A private room is entered by invitation.", c => IsJoin(c) && c.IsPrivate, _ => Outcome.Refused("forbidden")),
        new("A public one by everybody who is not banned.", IsJoin, c => c.Under == Under.Banned ? Outcome.Refused("banned") : Outcome.Done),

        // Whoever does not belong to it.
        new("What is not there can neither be read nor ruled.", c => c.IsMissing, _ => Outcome.Refused("no_such_room")),
        new("A private room is not there for outsiders, banned or not.", c => IsOutside(c) && c.IsPrivate, _ => Outcome.Refused("no_such_room")),
        new("The banned may not even read.", c => IsOutside(c) && c.Under == Under.Banned, _ => Outcome.Refused("banned")),
        new("How a room stands, everybody who may see it may know.", c => c.Deed == Deed.Describe),
        new("A public room has to be joined first.", IsOutside, _ => Outcome.Refused("not_member")),

        // Reading and writing.
        new("Members read.", c => c.Deed is Deed.History or Deed.Members or Deed.Read),
        new("A direct room has neither roles nor moderation.", c => c.IsDirect && (c.Deed.IsModeration() || c.Deed.IsEdit() || c.Deed == Deed.Audit), _ => Outcome.Refused("forbidden")),
        new("Nobody types to whom nothing can be said.", c => c.IsDirect && c.Under is Under.Blocked or Under.Blocking, _ => Outcome.Refused("blocked")),
        new("The muted do not write; no administrator is muted.", c => IsWriting(c) && IsMuted(c), _ => Outcome.Refused("muted")),
        new("Nothing is written into an archived room.", c => IsWriting(c) && c.IsArchived, _ => Outcome.Refused("archived")),
        new("Members write.", IsWriting),

        // The room as a whole.
        new("The topic, and what was done, are for moderators and owners.", c => c.Deed is Deed.Topic or Deed.Audit && AsRuler(c) < OfModerator, _ => Outcome.Refused("forbidden", field: null)),
        new("Everybody may give up the role that they have.", c => IsGivingUp(c) && !IsLosingItsLastOwner(c)),
        new("Archives and roles are for owners.", c => (c.Deed.IsRole() || c.Deed is Deed.Archive or Deed.Restore) && AsRuler(c) < OfOwner, _ => Outcome.Refused("forbidden", field: null)),
        new("The topic is written, too.", c => c.Deed == Deed.Topic && (IsMuted(c) || c.IsArchived), c => Outcome.Refused(IsMuted(c) ? "muted" : "archived")),
        new("They who may, do it.", c => c.Deed.IsEdit() || c.Deed == Deed.Audit),

        // Members.
        new("Into a private room moderators and owners invite.", c => c.Deed == Deed.Invite && c.IsPrivate && AsRuler(c) < OfModerator, _ => Outcome.Refused("forbidden", field: null)),
        new("Nobody invites whom they have blocked, or who has blocked them; administrators do, and members are members already.", c => IsInvitingBlocked(c), _ => Outcome.Refused("blocked", "user")),
        new("Nobody invites the banned.", c => c.Deed == Deed.Invite && IsTargetBanned(c), _ => Outcome.Refused("banned", "user")),
        new("Into a public one every member does.", c => c.Deed == Deed.Invite),
        new("Moderation is for moderators and owners.", c => AsRuler(c) < OfModerator, _ => Outcome.Refused("forbidden", field: null)),
        new("Nobody kicks, bans or mutes themselves.", c => c.Deed is Deed.Kick or Deed.Ban or Deed.Mute && c.Whom == Whom.Oneself, _ => Outcome.Refused("bad_field", "user")),
        new("Whoever it is done to has to be below; nobody rules themselves.", c => AsRuler(c) != AboveAll && OfTarget(c) >= AsRuler(c) && !IsGivingUp(c), _ => Outcome.Refused("forbidden", "user")),
        new("Only members have a role, are muted or kicked.", c => c.Deed is not (Deed.Ban or Deed.Unban) && OfTarget(c) == NotBelonging, _ => Outcome.Refused("bad_field", "user")),
        new("The last owner stays one.", c => IsLosingItsLastOwner(c), _ => Outcome.Refused("last_owner")),
        new("They who may, do it.", _ => true),
    ];

    /// <summary>What has to come out.</summary>
    public static Outcome Expect(Cell cell)
    {
        var rule = All.First(rule => rule.When(cell));
        return rule.Then(cell);
    }

    /// <summary>What whoever asks is to the room.</summary>
    private static int Rank(Cell c) => c.Who switch
    {
        Who.Owner => OfOwner,
        Who.Moderator => OfModerator,
        Who.Member => OfMember,
        // Administrators are members where they are muted, for only members are.
        Who.Administrator or Who.Application when c.Under == Under.Muted => OfMember,
        _ => NotBelonging,
    };

    /// <summary>With what weight they rule.</summary>
    private static int AsRuler(Cell c) => IsAbove(c) ? AboveAll : Rank(c);

    private static int OfTarget(Cell c) => c.Whom switch
    {
        Whom.Owner => OfOwner,
        Whom.Moderator => OfModerator,
        Whom.Member => OfMember,
        Whom.Oneself => Rank(c),
        _ => NotBelonging,
    };

    private static bool IsAbove(Cell c) => c.Who is Who.Administrator or Who.Application && !c.IsDirect;

    private static bool IsOneOfTwo(Cell c) => c.Who == Who.Member || c.Deed.IsOfOwnDirectRoom();

    private static bool SaysInDirect(Cell c) => c.IsDirect && c.Deed is Deed.Send or Deed.SendTo or Deed.Broadcast;

    private static bool IsJoin(Cell c) => c.Deed is Deed.Join or Deed.Resume;

    private static bool IsOutside(Cell c) => Rank(c) == NotBelonging && !(IsAbove(c) && !c.Deed.IsOfOwnPlace());

    private static bool IsWriting(Cell c) => c.Deed is Deed.Send or Deed.Broadcast or Deed.Typing;

    private static bool IsMuted(Cell c) => c.Under == Under.Muted && !(IsAbove(c) && !c.Deed.IsOfOwnPlace());

    private static bool IsTargetBanned(Cell c) => c.Whom == Whom.Banned || (c.Whom == Whom.Oneself && c.Under == Under.Banned);

    private static bool IsInvitingBlocked(Cell c) =>
        c.Deed == Deed.Invite && c.Under is Under.Blocked or Under.Blocking && !IsAbove(c) && c.Whom != Whom.Oneself && OfTarget(c) == NotBelonging;

    private static bool IsGivingUp(Cell c)
    {
        var wanted = c.Deed switch { Deed.MakeMember => OfMember, Deed.MakeModerator => OfModerator, Deed.MakeOwner => OfOwner, _ => AboveAll };
        return c.Whom == Whom.Oneself && wanted <= Rank(c);
    }

    private static bool IsLosingItsLastOwner(Cell c)
    {
        var isLast = c.Under is Under.OneOwner or Under.Alone && OfTarget(c) == OfOwner;
        return isLast && c.Deed is Deed.Kick or Deed.Ban or Deed.MakeMember or Deed.MakeModerator;
    }
}

/// <summary>One rule.</summary>
/// <param name="Says">What it says.</param>
/// <param name="When">Whether it decides, if none before it did.</param>
/// <param name="Then">What comes out.</param>
internal sealed record PermissionRule(string Says, Func<Cell, bool> When, Func<Cell, Outcome> Then)
{
    public PermissionRule(string says, Func<Cell, bool> when)
        : this(says, when, _ => Outcome.Done)
    {
    }
}
