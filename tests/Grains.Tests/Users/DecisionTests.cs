using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using OrleansChat.Grains.Storage;
using OrleansChat.Grains.Tests.Clusters;
using OrleansChat.Users;

namespace OrleansChat.Grains.Tests.Users;

/// <summary>Two decide about one user at once, and the store takes only one of the two.</summary>
public sealed class DecisionTests(DecisionTests.Cluster cluster) : IClassFixture<DecisionTests.Cluster>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task What_holds_is_not_undone_by_what_could_not_be_written()
    {
        var user = cluster.User(cluster.Name("user"));
        await user.Admit(issuedAt: null);
        var (first, second) = (new TaskCompletionSource(), new TaskCompletionSource());
        foreach (var written in new[] { first.Task, second.Task }) cluster.Held.Enqueue(written);
        var unsuspended = user.Unsuspend("root", reason: null);
        await cluster.Asked.WaitAsync(Patience);
        var suspended = user.Suspend("root", until: null, reason: null);
        // It has come, and waits for its turn or for the store.
        await user.Connections();
        first.SetException(new StoreUnavailableException("not now", outcomeUnknown: false));
        var refused = await Assert.ThrowsAsync<ChatException>(() => unsuspended);
        Assert.Equal(ChatErrorCode.Unavailable, refused.Code);
        // What is on the disk is read now, without what is on its way there.
        await user.Rooms();
        try
        {
            await user.Admit(issuedAt: null);
        }
        catch (ChatException early)
        {
            Assert.Equal(ChatErrorCode.Suspended, early.Code);
        }

        second.SetResult();
        await suspended;
        var late = await Assert.ThrowsAsync<ChatException>(() => user.Admit(issuedAt: null));
        Assert.Equal(ChatErrorCode.Suspended, late.Code);
    }

    /// <summary>A cluster whose store writes a decision once a test lets it.</summary>
    public sealed class Cluster : ChatCluster
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>What the next decisions wait for before they are written.</summary>
        public ConcurrentQueue<Task> Held { get; } = [];

        /// <summary>Completes when the first one waits.</summary>
        public Task Asked => _asked.Task;

        protected override void AddStore(IServiceCollection services)
        {
            base.AddStore(services);
            services.AddSingleton<IUserStore>(new HeldStore(Temp.Users, this));
        }

        private sealed class HeldStore(IUserStore store, Cluster cluster) : IUserStore
        {
            public Task<bool> SetBlockAsync(string user, string other, bool blocked, DateTimeOffset at) =>
                store.SetBlockAsync(user, other, blocked, at);

            public Task SetNameAsync(string user, string? name, DateTimeOffset at) => store.SetNameAsync(user, name, at);

            public async Task SetAccessAsync(string user, UserAccess access, AuditRecord audit)
            {
                cluster._asked.TrySetResult();
                if (cluster.Held.TryDequeue(out var held)) await held;
                await store.SetAccessAsync(user, access, audit);
            }
        }
    }
}
