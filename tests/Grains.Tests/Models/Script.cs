using FsCheck;
using FsCheck.Fluent;

namespace OrleansChat.Grains.Tests.Models;

/// <summary>What a run does: the clients go through their own commands in order, all of them at the same time.</summary>
public sealed record Script(Command[] Commands)
{
    public const int Clients = 3;
    public const int Chaos = Clients;
    public const int Rooms = 2;

    /// <summary>Whether the room's activations are left in peace.</summary>
    public bool IsCalm => Commands.All(c => c.Actor != Chaos || c.Action == CommandAction.Pause);

    public override string ToString() => string.Join(' ', (IEnumerable<Command>)Commands);

    /// <summary>Scripts, and the shorter ones that a failing one is reduced to while there is time.</summary>
    public static Arbitrary<Script> Arbitrary(Func<bool> mayShrink)
    {
        var client =
            from actor in Gen.Choose(0, Clients - 1)
            from action in Gen.Frequency(
                (5, Gen.Constant(CommandAction.Join)),
                (1, Gen.Constant(CommandAction.Leave)),
                (6, Gen.Constant(CommandAction.Send)),
                (10, Gen.Constant(CommandAction.SendKeyed)),
                (4, Gen.Constant(CommandAction.Repeat)),
                (1, Gen.Constant(CommandAction.ReuseKey)),
                (3, Gen.Constant(CommandAction.Read)),
                (1, Gen.Constant(CommandAction.Typing)),
                (4, Gen.Constant(CommandAction.Follow)),
                (1, Gen.Constant(CommandAction.Unfollow)),
                (2, Gen.Constant(CommandAction.Renew)))
            from room in Gen.Choose(0, Rooms - 1)
            from number in Gen.Choose(0, 1_000)
            select new Command(actor, action, room, number);
        var chaos =
            from action in Gen.Frequency(
                (60, Gen.Constant(CommandAction.Deactivate)),
                (40, Gen.Constant(CommandAction.Rival)),
                (2, Gen.Constant(CommandAction.KillSilo)),
                (100, Gen.Constant(CommandAction.Pause)))
            from room in Gen.Choose(0, Rooms - 1)
            from number in Gen.Choose(1, 20)
            select new Command(Chaos, action, room, number);
        var calm = client.ArrayOf();
        var stormy = Gen.Frequency((8, client), (2, chaos)).ArrayOf();
        return Arb.From(
            Gen.Frequency((1, calm), (3, stormy)).Select(commands => new Script(commands)),
            script => mayShrink() ? Shorter(script) : []);
    }

    private static IEnumerable<Script> Shorter(Script script)
    {
        for (var length = script.Commands.Length / 2; length > 0; length /= 2)
        {
            for (var start = 0; start + length <= script.Commands.Length; start += length)
                yield return new Script([.. script.Commands[..start], .. script.Commands[(start + length)..]]);
        }
    }
}
