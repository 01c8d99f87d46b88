using System.Globalization;
using OrleansChat.Cluster.Tests.Hosting;
using OrleansChat.Cluster.Tests.Logs;

namespace OrleansChat.Cluster.Tests.Clients;

/// <summary>Hundreds of clients in a few rooms, who talk.</summary>
internal sealed class Crowd : IAsyncDisposable
{
    private const int RoomsOfEach = 2;
    private const int MostUnacknowledged = 20;
    private const double RepeatedPart = 0.03;
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan TalkInterval = TimeSpan.FromMilliseconds(20);

    private readonly Random _random;
    private readonly Surroundings _around;
    private readonly CancellationTokenSource _ending = new();
    private readonly Dictionary<ChatClient, TaskCompletionSource> _away = [];
    private readonly Task _ticking;
    private CancellationTokenSource _silence = new();
    private Task _talking = Task.CompletedTask;

    /// <param name="name">The start of the names of its users and rooms.</param>
    /// <param name="clients">How many clients, each a user of its own in two rooms.</param>
    /// <param name="rooms">How many rooms.</param>
    /// <param name="around">What they share.</param>
    /// <param name="seed">Decides what they do.</param>
    public Crowd(string name, int clients, int rooms, Surroundings around, int seed)
    {
        (_random, _around) = (new Random(seed), around);
        var run = seed.ToString("x", CultureInfo.InvariantCulture);
        Rooms = [.. Enumerable.Range(0, rooms).Select(i => new RoomLedger($"{name}-{run}-r{i}", around.Violations, around.Clock))];
        Clients = [.. Enumerable.Range(0, clients).Select(i => new ChatClient(
            $"{name}-{run}-u{i}",
            Enumerable.Range(0, RoomsOfEach).Select(n => Rooms[(i + (n * (i / rooms + 1))) % rooms]).Distinct(),
            around,
            _random.Next()))];
        foreach (var client in Clients) client.Start();
        _ticking = TickAsync();
    }

    public IReadOnlyList<RoomLedger> Rooms { get; }

    public IReadOnlyList<ChatClient> Clients { get; }

    public Figures Figures => _around.Figures;

    public Violations Violations => _around.Violations;

    /// <summary>Those who are not away for longer.</summary>
    public IEnumerable<ChatClient> Present => Clients.Where(client => !_away.ContainsKey(client));

    public TimeSpan LongestStall => Rooms.Max(room => room.LongestStall);

    /// <summary>Waits until all who are present have everything and nothing waits to be acknowledged.</summary>
    public Task UntilCaughtUpAsync() => Patience.UntilAsync(
        () => Present.Select(client => client.Missing()).FirstOrDefault(missing => missing is not null));

    /// <summary>Waits until all who are present have come back and have everything, though they talk.</summary>
    /// <param name="without">A gateway that is none for the moment.</param>
    public Task UntilBackAsync(Uri? without = null) => Patience.UntilAsync(() => Present
        .Where(client => client.Through is not { } gateway || gateway == without)
        .Select(client => $"{client.User} has not come back")
        .FirstOrDefault());

    /// <summary>They talk, until they are told not to.</summary>
    /// <param name="messagesPerSecond">How much, all together.</param>
    public void Talk(int messagesPerSecond)
    {
        _silence = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
        _talking = TalkAsync(messagesPerSecond, _silence.Token);
    }

    public async Task StopTalkingAsync()
    {
        await _silence.CancelAsync();
        await _talking;
        _silence.Dispose();
    }

    /// <summary>Some leave, one way or another, until they are called back.</summary>
    public void SendAway(int count)
    {
        var leaving = Present.OrderBy(_ => _random.Next()).Take(count).ToList();
        foreach (var client in leaving)
        {
            var until = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _away.Add(client, until);
            client.Leave(until.Task, orderly: _random.Next(2) == 0);
        }
    }

    public void CallBack()
    {
        foreach (var until in _away.Values) until.SetResult();
        _away.Clear();
    }

    /// <summary>Who has a room open at the moment.</summary>
    public IEnumerable<string> OnlineIn(string room) =>
        Present.Where(client => client.Streams.Any(stream => stream.Room == room)).Select(client => client.User);

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _talking;
        await _ticking;
        await Task.WhenAll(Clients.Select(client => client.DisposeAsync().AsTask()));
        _ending.Dispose();
    }

    private async Task TalkAsync(int messagesPerSecond, CancellationToken silence)
    {
        var since = _around.Clock.GetTimestamp();
        using var timer = new PeriodicTimer(TalkInterval, _around.Clock);
        for (var said = 0; await NextAsync(timer, silence);)
        {
            for (; said < _around.Clock.GetElapsedTime(since).TotalSeconds * messagesPerSecond; said++) SaySomething();
        }
    }

    private void SaySomething()
    {
        var client = Clients[_random.Next(Clients.Count)];
        var stream = client.Streams.ElementAt(_random.Next(client.Streams.Count));
        var (length, repeats, which) = (_random.Next(200), _random.NextDouble() < RepeatedPart, _random.Next(int.MaxValue));
        if (stream.Cursor < 0 || client.UnacknowledgedCount >= MostUnacknowledged) return;
        client.Say(stream, length);
        if (repeats) client.Repeat(which);
    }

    private async Task TickAsync()
    {
        using var timer = new PeriodicTimer(TickInterval, _around.Clock);
        while (await NextAsync(timer, _ending.Token))
        {
            foreach (var client in Clients) client.Tick();
        }
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken cancellation)
    {
        try
        {
            return await timer.WaitForNextTickAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
