namespace OrleansChat.Grains.Tests.Models;

/// <summary>One step of a script. What it means exactly depends on what was before: which key, which seq.</summary>
/// <param name="Actor">Which client does it, or <see cref="Script.Chaos"/>.</param>
/// <param name="Action">What it does.</param>
/// <param name="Room">In which room.</param>
/// <param name="Number">A choice among what there is to choose from.</param>
public sealed record Command(int Actor, CommandAction Action, int Room, int Number)
{
    public override string ToString() => $"{(Actor == Script.Chaos ? "chaos" : $"client{Actor}")}:{Action}({Room},{Number})";
}

/// <summary>What clients do, and what is done to them.</summary>
public enum CommandAction
{
    Join,
    Leave,

    /// <summary>Send one to three messages without keys, once.</summary>
    Send,

    /// <summary>Send one to three messages with keys, again and again until they are acknowledged.</summary>
    SendKeyed,

    /// <summary>Send a message again that was acknowledged before.</summary>
    Repeat,

    /// <summary>Send another text with a key that was used before.</summary>
    ReuseKey,
    Read,
    Typing,

    /// <summary>Follow the room; if it is followed already, drop that and resume where it stood.</summary>
    Follow,
    Unfollow,
    Renew,

    /// <summary>End the room's activation.</summary>
    Deactivate,

    /// <summary>Open the room behind the activation's back, as another one would.</summary>
    Rival,

    /// <summary>Kill the silo that holds the room, and start another.</summary>
    KillSilo,
    Pause,
}
