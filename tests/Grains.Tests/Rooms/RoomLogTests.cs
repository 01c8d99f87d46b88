using System.Collections.Immutable;
using OrleansChat.Grains.Rooms;
using OrleansChat.Grains.Storage;
using OrleansChat.Grains.Tests.Clocks;
using OrleansChat.Grains.Tests.Storage;
using OrleansChat.Grains.Tests.Storage.Sqlite;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Tests.Rooms;

public sealed class RoomLogTests : IDisposable
{
    private readonly SqliteTempStore _temp = new();
    private readonly ManualClock _clock = new();
    private readonly Turns _turns = new();
    private readonly List<long> _told = [];
    private readonly List<Exception> _ends = [];

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task Whatever_waits_is_committed_together_in_the_order_in_which_it_came()
    {
        var log = await OpenAsync();
        using var gate = await _temp.HoldWriterAsync("lobby");
        var sends = new List<Task<ImmutableArray<SendOutcome>>>();
        await _turns.RunAsync(() =>
        {
            for (var i = 0; i < 100; i++) sends.Add(log.AppendAsync([Draft($"{i}a"), Draft($"{i}b")]));
        });
        Assert.All(sends, send => Assert.False(send.IsCompleted));
        Assert.Equal(0, log.LastSeq);
        gate.Open();

        var outcomes = await Task.WhenAll(sends);
        Assert.Equal(Enumerable.Range(1, 200).Select(i => (long)i), outcomes.SelectMany(o => o).Select(o => o.Seq));
        Assert.Equal(
            Enumerable.Range(0, 100).SelectMany(i => new[] { $"{i}a", $"{i}b" }),
            (await _temp.LogAsync("lobby")).Select(e => e.Text));
        // The first went alone; those that came while it was on its way went together.
        await SettledAsync();
        Assert.Equal([2L, 200], _told);
    }

    [Fact]
    public async Task Recent_events_are_those_of_the_log()
    {
        var log = await OpenAsync();
        for (var i = 0; i < 5; i++) await SendAsync(log, $"{i}");
        Assert.Equal(await _temp.LogAsync("lobby"), log.Recent.After(0));
        Assert.Equal(5, log.LastSeq);
    }

    [Fact]
    public async Task A_clock_set_back_makes_no_event_older_than_the_one_before()
    {
        var log = await OpenAsync();
        var noon = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero).AddTicks(1_234_567);
        var wholeMilliseconds = new DateTimeOffset(2026, 11, 21, 12, 0, 0, 123, TimeSpan.Zero);
        var times = new List<DateTimeOffset>();
        foreach (var now in new[] { noon, noon.AddHours(-2), noon.AddMilliseconds(-1), noon.AddMilliseconds(5) })
        {
            _clock.SetUtcNow(now);
            times.Add((await SendAsync(log, "tick")).At);
        }

        Assert.Equal([wholeMilliseconds, wholeMilliseconds, wholeMilliseconds, wholeMilliseconds.AddMilliseconds(5)], times);
        Assert.Equal(times, (await _temp.LogAsync("lobby")).Select(e => e.At));

        // The next activation goes on from there, whatever its own clock says.
        _clock.SetUtcNow(noon.AddDays(-1));
        var next = await TakeUpAsync((await _temp.Rooms.OpenAsync("lobby"))!);
        Assert.Equal(times[^1], (await SendAsync(next, "tock")).At);
    }

    [Fact]
    public async Task A_fenced_log_refuses_everything_that_waits_and_everything_after()
    {
        var log = await OpenAsync();
        await SendAsync(log, "before");
        await _temp.Rooms.OpenAsync("lobby");
        using var gate = await _temp.HoldWriterAsync("lobby");
        var sends = new List<Task>();
        await _turns.RunAsync(() =>
        {
            for (var i = 0; i < 600; i++) sends.Add(log.AppendAsync([Draft($"{i}")]));
        });
        gate.Open();

        foreach (var send in sends) await Assert.ThrowsAsync<FencedException>(() => send);
        await Assert.ThrowsAsync<FencedException>(() => _turns.RunAsync(() => log.AppendAsync([Draft("after")])));
        Assert.Single(_ends);
        Assert.Equal(1, log.LastSeq);
        Assert.Equal(["before"], (await _temp.LogAsync("lobby")).Select(e => e.Text));
    }

    [Fact]
    public async Task After_a_commit_that_surely_did_not_happen_the_same_seq_is_used()
    {
        var log = await OpenAsync();
        await _temp.Store.Writer.RunAsync(session =>
        {
            var pages = session.QueryFirst("PRAGMA page_count", static row => row.GetString(0))!;
            return session.QueryFirst($"PRAGMA max_page_count = {pages}", static row => row.GetString(0));
        });
        var full = await Assert.ThrowsAsync<StoreUnavailableException>(() => SendAsync(log, new string('x', 100_000)));
        Assert.False(full.OutcomeUnknown);
        await SettledAsync();
        Assert.Empty(_ends);
        Assert.Equal(1, (await SendAsync(log, "hi")).Seq);
    }

    [Fact]
    public async Task After_a_commit_of_which_nobody_knows_the_log_ends()
    {
        var log = await OpenAsync();
        using var gate = await _temp.HoldWriterAsync("lobby");
        var (first, second) = await _turns.RunAsync(() =>
            (log.AppendAsync([Draft("first", "k1")]), log.AppendAsync([Draft("second", "k2")])));
        var poison = _temp.Store.Writer.RunAsync(session =>
        {
            session.Execute("CREATE TABLE a (id INTEGER PRIMARY KEY)");
            session.Execute("CREATE TABLE b (a INTEGER REFERENCES a DEFERRABLE INITIALLY DEFERRED)");
            return session.Execute("INSERT INTO b VALUES (1)");
        });
        gate.Open();

        await Assert.ThrowsAsync<StoreUnavailableException>(() => poison);
        Assert.True((await Assert.ThrowsAsync<StoreUnavailableException>(() => first)).OutcomeUnknown);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => second);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => SendAsync(log, "third"));
        Assert.Single(_ends);
        Assert.Equal(0, log.LastSeq);
    }

    [Fact]
    public async Task More_than_a_room_can_hold_is_refused_and_the_rest_is_committed()
    {
        var log = await OpenAsync();
        using var gate = await _temp.HoldWriterAsync("lobby");
        var sends = new List<Task<ImmutableArray<SendOutcome>>>();
        var refusal = await _turns.RunAsync(() =>
        {
            while (true)
            {
                Assert.True(sends.Count < 100_000, "nothing is ever refused");
                try
                {
                    sends.Add(log.AppendAsync([Draft($"{sends.Count}")]));
                }
                catch (ChatException refused)
                {
                    return refused;
                }
            }
        });
        Assert.Equal(ChatErrorCode.Unavailable, refusal.Code);
        gate.Open();
        await Task.WhenAll(sends);
        Assert.Equal(sends.Count, (await _temp.LogAsync("lobby")).Length);
        Assert.Equal(sends.Count + 1, (await SendAsync(log, "after")).Seq);
    }

    [Fact]
    public async Task What_is_no_longer_allowed_when_its_turn_comes_is_not_done()
    {
        var log = await OpenAsync();
        using var gate = await _temp.HoldWriterAsync("lobby");
        var allowed = true;
        var archive = new RoomEdit(new Actor("alice"), null, RoomEditKind.Archive, null, null);
        var (first, second, other, edit) = await _turns.RunAsync(() => (
            log.AppendAsync([Draft("on its way")], () => allowed),
            log.AppendAsync([Draft("waits"), Draft("too")], () => allowed),
            log.AppendAsync([Draft("of somebody else")], () => true),
            log.EditAsync(archive, () => allowed)));
        await _turns.RunAsync(() => allowed = false);
        gate.Open();
        Assert.Equal(1, (await first).Single().Seq);
        Assert.True((await second).IsDefault);
        Assert.Equal(2, (await other).Single().Seq);
        Assert.Null(await edit);
        Assert.Equal(["on its way", "of somebody else"], (await _temp.LogAsync("lobby")).Select(e => e.Text));
        // What waited takes no place of what comes.
        Assert.Equal(3, (await SendAsync(log, "after")).Seq);
    }

    [Fact]
    public async Task Edits_take_their_turn_and_what_waits_behind_an_archive_is_refused()
    {
        var log = await OpenAsync();
        using var gate = await _temp.HoldWriterAsync("lobby");
        var (before, topic, between, archive, behind, late, restore, after) = await _turns.RunAsync(() => (
            log.AppendAsync([Draft("before")]),
            log.EditAsync(new RoomEdit(new Actor("alice"), null, RoomEditKind.Topic, "tea"), () => true),
            log.AppendAsync([Draft("between"), Draft("between too")]),
            log.EditAsync(new RoomEdit(new Actor("alice"), null, RoomEditKind.Archive), () => true),
            log.AppendAsync([Draft("behind"), Draft("behind too")]),
            log.EditAsync(new RoomEdit(new Actor("alice"), null, RoomEditKind.Topic, "late"), () => true),
            log.EditAsync(new RoomEdit(new Actor("alice"), null, RoomEditKind.Restore), () => true),
            log.AppendAsync([Draft("after")])));
        Assert.Equal((null, false), (log.Topic, log.IsArchived));
        gate.Open();

        Assert.Equal(1, (await before).Single().Seq);
        Assert.Equal(2, await topic);
        Assert.Equal([3L, 4], (await between).Select(o => o.Seq));
        Assert.Equal(5, await archive);
        Assert.True((await behind).IsDefault);
        Assert.Equal(ChatErrorCode.Archived, (await Assert.ThrowsAsync<ChatException>(() => late)).Code);
        Assert.Equal(6, await restore);
        Assert.Equal(7, (await after).Single().Seq);
        await SettledAsync();
        Assert.Equal(("tea", false, 7), (log.Topic, log.IsArchived, log.LastSeq));
        Assert.Equal(await _temp.LogAsync("lobby"), log.Recent.After(0));
        Assert.Empty(_ends);
    }

    [Fact]
    public async Task An_edit_of_a_fenced_log_is_refused_with_all_that_waits()
    {
        var log = await OpenAsync();
        await _temp.Rooms.OpenAsync("lobby");
        using var gate = await _temp.HoldWriterAsync("lobby");
        var (edit, behind) = await _turns.RunAsync(() => (
            log.EditAsync(new RoomEdit(new Actor("alice"), null, RoomEditKind.Archive), () => true), log.AppendAsync([Draft("behind")])));
        gate.Open();
        await Assert.ThrowsAsync<FencedException>(() => edit);
        await Assert.ThrowsAsync<FencedException>(() => behind);
        await SettledAsync();
        Assert.Single(_ends);
        Assert.False(log.IsArchived);
        Assert.Empty(await _temp.QueryAsync("SELECT * FROM audit"));
    }

    [Fact]
    public async Task A_turn_comes_after_what_was_there_before_it_and_before_what_is_checked_next()
    {
        var log = await OpenAsync();
        using var gate = await _temp.HoldWriterAsync("lobby");
        var (allowed, newest) = (true, -1L);
        var (before, turn, after, late) = await _turns.RunAsync(() => (
            log.AppendAsync([Draft("before")], () => allowed),
            log.TakeTurnAsync(() => allowed, async () =>
            {
                newest = log.LastSeq;
                await Task.Yield();
                allowed = false;
            }),
            log.AppendAsync([Draft("after")], () => allowed),
            log.TakeTurnAsync(() => allowed, () => throw new InvalidOperationException("it is no longer allowed"))));
        Assert.False(turn.IsCompleted);
        gate.Open();
        Assert.Equal(1, (await before).Single().Seq);
        Assert.True(await turn);
        Assert.Equal(1, newest);
        Assert.True((await after).IsDefault);
        Assert.False(await late);
        Assert.Equal(["before"], (await _temp.LogAsync("lobby")).Select(e => e.Text));
    }

    [Fact]
    public async Task A_turn_that_is_refused_is_no_harm_and_one_that_is_fenced_ends_the_log()
    {
        var log = await OpenAsync();
        await Assert.ThrowsAsync<ChatException>(() => _turns.RunAsync(() =>
            log.TakeTurnAsync(() => true, () => throw new ChatException(ChatErrorCode.LastOwner, "the last one"))));
        Assert.Equal(1, (await SendAsync(log, "hi")).Seq);
        Assert.Empty(_ends);
        await Assert.ThrowsAsync<FencedException>(() => _turns.RunAsync(() =>
            log.TakeTurnAsync(() => true, () => throw new FencedException(new RoomFence("lobby", 1)))));
        await SettledAsync();
        Assert.Single(_ends);
    }

    [Fact]
    public async Task Draining_waits_for_what_is_on_its_way_to_the_disk()
    {
        var log = await OpenAsync();
        using var gate = await _temp.HoldWriterAsync("lobby");
        var (send, drained) = await _turns.RunAsync(() => (log.AppendAsync([Draft("hi")]), log.DrainAsync()));
        Assert.False(drained.IsCompleted);
        gate.Open();
        await drained;
        Assert.True(send.IsCompletedSuccessfully);
    }

    // Senders hear of it before the room does, in the same turn: when another turn has come, the room has heard too.
    private Task SettledAsync() => _turns.RunAsync(() => { });

    private async Task<RoomLog> OpenAsync() => await TakeUpAsync(await _temp.CreateAsync("lobby"));

    private Task<RoomLog> TakeUpAsync(RoomHead head)
    {
        RoomLog? log = null;
        log = new RoomLog(_temp.Rooms, _clock, head, () => _told.Add(log!.LastSeq), _ends.Add);
        return Task.FromResult(log);
    }

    private async Task<SendOutcome> SendAsync(RoomLog log, string text) =>
        (await _turns.RunAsync(() => log.AppendAsync([Draft(text)]))).Single();

    private static SenderDraft Draft(string text, string? key = null) => TempStore.From("alice", TempStore.Text(text, key));
}
