using System.Net.WebSockets;
using System.Text.Json;
using OrleansChat.Cluster.Tests.Logs;

namespace OrleansChat.Cluster.Tests.Clients;

/// <summary>
/// A user of the JSON endpoint as the protocol describes a good one: keeps a connection to one gateway or another,
/// resumes each room from where it stands, and sends each message again until it is acknowledged.
/// </summary>
internal sealed partial class ChatClient : IAsyncDisposable
{
    private static readonly TimeSpan DialTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstBackOff = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StableAfter = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SilentFor = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Surroundings _around;
    private readonly Random _random;
    private readonly Dictionary<string, RoomStream> _streams;
    private readonly CancellationTokenSource _ending = new();
    private Task _running = Task.CompletedTask;
    private Task _away = Task.CompletedTask;
    private Wire? _wire;
    private Uri? _gateway;
    private long _dialledAt;
    private long _heardAt;
    private bool _isAsking;
    private bool _isCaughtUp;
    private int _connections;
    private double _afterMs;

    public ChatClient(string user, IEnumerable<RoomLedger> rooms, Surroundings around, int seed)
    {
        (User, _around, _random) = (user, around, new Random(seed));
        _streams = rooms.ToDictionary(ledger => ledger.Room, ledger => new RoomStream(user, ledger, around.Figures, around.Violations));
    }

    public string User { get; }

    public IReadOnlyCollection<RoomStream> Streams => _streams.Values;

    /// <summary>The gateway through which it has every room up to date; none while it has not.</summary>
    public Uri? Through
    {
        get
        {
            lock (_lock) return _isCaughtUp ? _gateway : null;
        }
    }

    private TimeProvider Clock => _around.Clock;

    public void Start() => _running = RunAsync();

    /// <summary>Loses its connection, and does not come back before <paramref name="until"/>.</summary>
    /// <param name="until">When the network is there again.</param>
    /// <param name="orderly">Whether it says goodbye.</param>
    public void Leave(Task until, bool orderly = false)
    {
        lock (_lock)
        {
            _away = until;
            if (orderly) _wire?.Close();
            else _wire?.Abort();
            // Whatever comes yet of that connection comes to nobody.
            Lost();
        }
    }

    /// <summary>What is missing of: it is connected and has every room up to date. Nothing, if nothing is.</summary>
    public string? Missing()
    {
        lock (_lock)
        {
            if (!_isCaughtUp) return $"{User} is not caught up ({(_wire is null ? "offline" : "connected")})";
            if (_unacknowledged.Count == 0) return null;
            var first = _unacknowledged[0];
            return $"{User} waits for {_unacknowledged.Count} acknowledgements, first of {first.Key} in {first.Stream.Room} ({(first.IsOnItsWay ? "on its way" : "waiting")})";
        }
    }

    /// <summary>The last seq that it has of a room.</summary>
    public long CursorOf(string room)
    {
        lock (_lock) return _streams[room].Cursor;
    }

    /// <summary>Who is online in a room as far as it knows.</summary>
    public (string[] Users, bool IsCountRight) OnlineIn(string room)
    {
        lock (_lock) return ([.. _streams[room].Online], _streams[room].IsCountRight);
    }

    /// <summary>What is done from time to time: sends again what was refused, and asks a silent server for a sign of life.</summary>
    public void Tick()
    {
        lock (_lock)
        {
            if (_wire is null) return;
            Resend(stream => stream.IsJoined);
            RejoinRefused();
            var silence = Clock.GetElapsedTime(_heardAt);
            if (silence > SilentFor * 2)
            {
                _wire.Abort();
            }
            else if (silence > SilentFor && !_isAsking)
            {
                _isAsking = true;
                Write(new { type = "ping", id = NextId(static _ => { }) });
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _running;
        _ending.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            for (var attempt = 0; !_ending.IsCancellationRequested; attempt++)
            {
                Task away;
                lock (_lock) away = _away;
                await away.WaitAsync(_ending.Token);
                var since = Clock.GetTimestamp();
                await ConnectAsync();
                if (Clock.GetElapsedTime(since) > StableAfter) attempt = 0;
                await Task.Delay(BackOff(attempt), Clock, _ending.Token);
            }
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // It was told to end.
        }
    }

    // Full jitter, and never before the server wants it.
    private TimeSpan BackOff(int attempt)
    {
        var most = Math.Min(LongestBackOff.TotalMilliseconds, FirstBackOff.TotalMilliseconds * Math.Pow(2, Math.Min(attempt, 10)));
        return TimeSpan.FromMilliseconds(Math.Max(_afterMs, most * _random.NextDouble()));
    }

    private async Task ConnectAsync()
    {
        _afterMs = 0;
        _dialledAt = Clock.GetTimestamp();
        var gateway = _around.Gateways[_random.Next(_around.Gateways.Count)];
        await using var wire = new Wire();
        using var dialling = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
        dialling.CancelAfter(DialTimeout);
        try
        {
            await wire.ConnectAsync(new Uri($"ws://{gateway.Authority}/ws?user={User}&subscribe=none"), dialling.Token);
            using (var welcome = await wire.ReadAsync(dialling.Token))
            {
                if (welcome is null || !Welcome(wire, gateway, welcome.RootElement)) return;
            }

            while (await wire.ReadAsync(_ending.Token) is { } frame)
            {
                using (frame) Take(wire, frame.RootElement);
            }
        }
        catch (Exception error) when (error is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Lost, or never had: the next attempt tells which gateway is there.
        }
        finally
        {
            Lost();
        }
    }

    private bool Welcome(Wire wire, Uri gateway, JsonElement frame)
    {
        lock (_lock)
        {
            if (Type(frame) != "welcome")
            {
                Take(wire: null, frame);
                return false;
            }

            if (!_away.IsCompleted) return false;
            if (++_connections > 1) _around.Figures.Reconnected();
            (_wire, _gateway) = (wire, gateway);
            _heardAt = Clock.GetTimestamp();
            foreach (var stream in _streams.Values) Join(stream);
            return true;
        }
    }

    private void Lost()
    {
        lock (_lock)
        {
            _wire = null;
            _isCaughtUp = _isAsking = false;
            _replies.Clear();
            _rejoins.Clear();
            foreach (var stream in _streams.Values) stream.Suspend();
            foreach (var message in _unacknowledged) message.IsOnItsWay = false;
        }
    }

    private static string Type(JsonElement frame) => frame.GetProperty("type").GetString()!;
}
