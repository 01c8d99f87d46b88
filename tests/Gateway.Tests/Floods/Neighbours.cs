using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using OrleansChat.Cluster.Tests.Logs;

namespace OrleansChat.Gateway.Tests.Floods;

/// <summary>
/// People who chat while somebody floods: in each room one speaks ten times a second, and another one listens. Whatever
/// is refused, lost or out of order fails; how long it takes is measured.
/// </summary>
internal sealed class Neighbours : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    private readonly List<Room> _rooms = [];

    /// <summary>They come in, and all of them hear each other.</summary>
    /// <param name="servers">Host and port of each gateway: speakers and listeners are on different ones, if there are.</param>
    /// <param name="rooms">How many rooms.</param>
    public static async Task<Neighbours> ArriveAsync(string[] servers, int rooms)
    {
        var all = new Neighbours();
        for (var i = 0; i < rooms; i++)
        {
            var room = new Room(string.Create(CultureInfo.InvariantCulture, $"neighbours-{i}"));
            await room.OpenAsync(servers[i % servers.Length], servers[(i + 1) % servers.Length]);
            all._rooms.Add(room);
        }

        return all;
    }

    /// <summary>They chat for a while, until everything has arrived.</summary>
    /// <returns>From sending to delivery.</returns>
    public async Task<Durations> ChatAsync(TimeSpan time)
    {
        var durations = new Durations();
        await Task.WhenAll(_rooms.Select((room, i) => room.ChatAsync(time, Pace * i / _rooms.Count, durations)));
        return durations;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var room in _rooms) await room.DisposeAsync();
    }

    private sealed class Room(string name) : IAsyncDisposable
    {
        private readonly ClientWebSocket _speaker = new();
        private readonly ClientWebSocket _listener = new();
        private readonly ConcurrentDictionary<int, long> _sentAt = new();
        private readonly CancellationTokenSource _end = new();
        private readonly List<string> _wrong = [];
        private readonly List<Task> _pumps = [];
        private Durations? _durations;
        private int _sent;
        private int _acknowledged;
        private int _heard;

        public async Task OpenAsync(string speakersServer, string listenersServer)
        {
            await ConnectAsync(_listener, listenersServer, "listener");
            await ConnectAsync(_speaker, speakersServer, "speaker");
        }

        public async Task ChatAsync(TimeSpan time, TimeSpan offset, Durations durations)
        {
            _durations = durations;
            await Task.Delay(offset, TimeProvider.System);
            using var pace = new PeriodicTimer(Pace, TimeProvider.System);
            for (var left = (int)(time / Pace); left > 0; left--)
            {
                var number = ++_sent;
                _sentAt[number] = TimeProvider.System.GetTimestamp();
                var frame = string.Create(
                    CultureInfo.InvariantCulture, $$"""{"type":"send","id":{{number}},"room":"{{name}}","key":"{{number}}","text":"hello"}""");
                await _speaker.SendAsync(Encoding.UTF8.GetBytes(frame), WebSocketMessageType.Text, endOfMessage: true, _end.Token);
                await pace.WaitForNextTickAsync();
            }

            using var deadline = new CancellationTokenSource(Limit);
            while (Volatile.Read(ref _heard) < _sent || Volatile.Read(ref _acknowledged) < _sent)
            {
                if (deadline.IsCancellationRequested || _wrong.Count > 0) break;
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            }

            Assert.Empty(_wrong);
            Assert.Equal((_sent, _sent), (_heard, _acknowledged));
        }

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            await Task.WhenAll(_pumps);
            _speaker.Dispose();
            _listener.Dispose();
            _end.Dispose();
        }

        private async Task ConnectAsync(ClientWebSocket socket, string server, string role)
        {
            using var deadline = new CancellationTokenSource(Limit);
            await socket.ConnectAsync(new Uri($"ws://{server}/ws?user={name}-{role}&rooms={name}"), deadline.Token);
            var joined = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _pumps.Add(PumpAsync(socket, joined));
            await joined.Task.WaitAsync(Limit);
        }

        private async Task PumpAsync(ClientWebSocket socket, TaskCompletionSource joined)
        {
            var buffer = new byte[1 << 16];
            var length = 0;
            try
            {
                while (true)
                {
                    var part = await socket.ReceiveAsync(buffer.AsMemory(length), _end.Token);
                    length += part.Count;
                    if (part.MessageType == WebSocketMessageType.Close) throw new WebSocketException($"closed: {socket.CloseStatusDescription}");
                    if (!part.EndOfMessage) continue;
                    using var frame = JsonDocument.Parse(buffer.AsMemory(0, length));
                    length = 0;
                    Take(frame.RootElement, isListener: socket == _listener, joined);
                }
            }
            catch (Exception error) when (error is OperationCanceledException or WebSocketException)
            {
                if (_end.IsCancellationRequested) return;
                _wrong.Add(error.Message);
                joined.TrySetException(error);
            }
        }

        private void Take(JsonElement frame, bool isListener, TaskCompletionSource joined)
        {
            switch (frame.GetProperty("type").GetString())
            {
                case "joined":
                    joined.TrySetResult();
                    break;
                case "message" when isListener:
                    var number = int.Parse(frame.GetProperty("key").GetString()!, CultureInfo.InvariantCulture);
                    if (number != _heard + 1) _wrong.Add($"{number} came after {_heard}");
                    _durations!.Add(TimeProvider.System.GetElapsedTime(_sentAt[number]));
                    _heard = number;
                    break;
                case "ack":
                    _acknowledged++;
                    break;
                case "error" or "goodbye":
                    _wrong.Add(frame.GetRawText());
                    break;
            }
        }
    }
}
