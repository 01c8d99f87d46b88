using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using OrleansChat.Grains.Storage;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Tests.Clusters;

/// <summary>A cluster that counts what its grains read from the store.</summary>
public sealed class CountingCluster : ChatCluster
{
    private readonly ConcurrentQueue<string> _reads = new();

    /// <summary>The methods of the reader that were called, in their order.</summary>
    public string[] Reads => [.. _reads];

    /// <summary>What counting waits for.</summary>
    public Task Before { get; set; } = Task.CompletedTask;

    /// <summary>What the answer to what somebody is to a room waits for.</summary>
    public Task AfterStanding { get; set; } = Task.CompletedTask;

    protected override void AddStore(IServiceCollection services)
    {
        base.AddStore(services);
        services.AddSingleton(Counted.Over(Temp.Reader, _reads, () => Before, () => AfterStanding));
    }

    /// <summary>Notes each call and hands it on.</summary>
    public class Counted : DispatchProxy
    {
        private IChatReader? _reader;
        private ConcurrentQueue<string>? _reads;
        private Func<Task>? _before;
        private Func<Task>? _afterStanding;

        internal static IChatReader Over(IChatReader reader, ConcurrentQueue<string> reads, Func<Task> before, Func<Task> afterStanding)
        {
            var counted = Create<IChatReader, Counted>();
            ((Counted)counted)._reader = reader;
            ((Counted)counted)._reads = reads;
            ((Counted)counted)._before = before;
            ((Counted)counted)._afterStanding = afterStanding;
            return counted;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            ArgumentNullException.ThrowIfNull(targetMethod);
            _reads!.Enqueue(targetMethod.Name);
            return targetMethod.Name switch
            {
                nameof(IChatReader.CountAsync) => CountAsync(),
                nameof(IChatReader.FindStandingAsync) => FindStandingAsync((string)args![0]!, (string)args[1]!),
                _ => targetMethod.Invoke(_reader, args),
            };
        }

        private async Task<RoomCounts> CountAsync()
        {
            await _before!();
            return await _reader!.CountAsync();
        }

        private async Task<Standing?> FindStandingAsync(string room, string user)
        {
            var standing = await _reader!.FindStandingAsync(room, user);
            await _afterStanding!();
            return standing;
        }
    }
}
