using System.Globalization;

namespace OrleansChat.Gateway.Tests.Permissions;

/// <summary>Who plays in a scene, and in which room.</summary>
internal sealed class Cast(int number, Who who, Where where)
{
    private int _fresh;

    /// <summary>Whoever asks.</summary>
    public string Actor { get; } = ActorOf(number);

    /// <summary>One of the others in a direct room where whoever asks is a third person.</summary>
    public string One { get; } = Text($"one-{number}");

    /// <summary>A second owner beside <see cref="Whom.Owner"/>.</summary>
    public string OtherOwner { get; } = Text($"spare-{number}");

    public static string ActorOf(int number) => Text($"actor-{number}");

    public string User(Whom whom) => whom == Whom.Oneself ? Actor : Text($"{whom.ToString().ToLowerInvariant()}-{number}");

    /// <summary>What a cell is played in: a room that is not there is another one each time.</summary>
    public Stage StageOf(Cell cell)
    {
        var target = User(cell.Whom == Whom.Nobody ? Whom.Member : cell.Whom);
        switch (where)
        {
            case Where.Nowhere:
                return new Stage(Room: "", target);
            case Where.Missing:
                return new Stage(Text($"missing-{number}-{++_fresh}"), target);
            case Where.Direct or Where.MissingDirect when cell.Deed.IsOfOwnDirectRoom():
                if (where == Where.MissingDirect && cell.Whom != Whom.Oneself) target = Text($"new-{number}-{++_fresh}");
                return new Stage(ChatId.DirectRoom(Actor, target), target);
            case Where.Direct:
                return new Stage(ChatId.DirectRoom(IsOneOfTwo ? Actor : One, User(Whom.Member)), target);
            case Where.MissingDirect:
                var other = Text($"new-{number}-{++_fresh}");
                return new Stage(ChatId.DirectRoom(IsOneOfTwo ? Actor : One, other), cell.Whom == Whom.Member ? other : target);
            default:
                return new Stage(Room, target);
        }
    }

    /// <summary>The one room of the scene, if it is neither direct nor missing.</summary>
    public string Room { get; } = Text($"room-{number}");

    private bool IsOneOfTwo => who is Who.Member or Who.Limited;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The room of a cell, and the user to whom something is done.</summary>
internal sealed record Stage(string Room, string Target);
