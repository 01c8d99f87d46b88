using OrleansChat.Browser.Tests.Browsers;
using OrleansChat.Browser.Tests.Servers;
using static Microsoft.Playwright.Assertions;

namespace OrleansChat.Browser.Tests;

public sealed class HistoryTests(Chromium chromium) : BrowserTest(chromium)
{
    private const int Last = 300;

    // The pixels by which a place may move through rounding.
    private const double Rounding = 2;

    [Fact]
    public async Task Earlier_messages_load_as_one_scrolls_up_and_what_one_reads_stays_where_it_is()
    {
        var alice = await ArriveAtALongHistoryAsync();
        var seen = new SortedSet<int>(await AssertUnbrokenAsync(alice));
        Assert.Equal(Last, seen.Max);
        Assert.True(seen.Min > 1, "Everything was loaded before anybody asked for it.");

        while (seen.Min > 1)
        {
            var oldest = seen.Min;
            // The scroll event comes with the next frame: where the mark is was measured before anything loads.
            var mark = await alice.Page.EvaluateAsync<Mark>(
                """
                () => {
                  const timeline = document.getElementById('timeline');
                  timeline.scrollTop = 300;
                  const top = timeline.getBoundingClientRect().top;
                  const mark = [...document.querySelectorAll('#entries .message')].filter((m) => m.getBoundingClientRect().top > top)[3];
                  return { seq: Number(mark.dataset.seq), top: mark.getBoundingClientRect().top };
                }
                """);
            await Expect(alice.Page.Locator($"#entries [data-seq='{oldest - 1}']")).ToBeAttachedAsync();
            var top = await alice.Page.EvaluateAsync<double>(
                "(seq) => document.querySelector(`#entries [data-seq='${seq}']`).getBoundingClientRect().top", mark.Seq);
            Assert.Equal(mark.Top, top, Rounding);
            seen.UnionWith(await AssertUnbrokenAsync(alice));
        }

        Assert.Equal(Enumerable.Range(1, Last), seen);
        await ScrollAsync(alice, "0");
        await Expect(alice.Page.Locator("#timeline-start")).ToHaveTextAsync("This is where it all began.");
        await alice.PictureAsync("history-top");
    }

    [Fact]
    public async Task From_the_beginning_one_scrolls_back_down_to_the_newest_without_a_gap()
    {
        var alice = await ArriveAtALongHistoryAsync();
        await ToTheTopAsync(alice);
        var seen = new SortedSet<int>(await AssertUnbrokenAsync(alice));
        while (seen.Max < Last)
        {
            var newest = seen.Max;
            await ScrollAsync(alice, "timeline.scrollHeight - timeline.clientHeight - 100");
            await Expect(alice.Page.Locator($"#entries [data-seq='{newest + 1}']")).ToBeAttachedAsync();
            seen.UnionWith(await AssertUnbrokenAsync(alice));
        }

        Assert.Equal(Enumerable.Range(seen.Min, Last - seen.Min + 1), seen);
    }

    [Fact]
    public async Task Who_reads_old_messages_is_not_torn_away_by_a_new_one_and_jumps_to_it_at_a_click()
    {
        var alice = await ArriveAtALongHistoryAsync();
        await ScrollAsync(alice, "200");
        await Expect(alice.Page.Locator("#entries [data-seq='201']")).ToBeAttachedAsync();
        var jump = alice.Page.GetByTestId("jump");
        // Before that the page has not noticed that somebody has scrolled; the text stands in it all the time.
        await Expect(jump).ToBeVisibleAsync();
        await Expect(jump).ToHaveTextAsync("Newest");

        await using var carol = await Terminal.ConnectAsync(Server, "carol");
        await carol.SayAsync("lobby", "something new");
        await Expect(jump).ToHaveTextAsync("1 new");
        await Expect(alice.Page).ToHaveTitleAsync("(1) lobby · OrleansChat");
        await alice.PictureAsync("history-new-below");
        await jump.ClickAsync();
        await Expect(alice.Page.Locator($"#entries [data-seq='{Last + 1}']")).ToBeInViewportAsync();
        await Expect(jump).ToBeHiddenAsync();
        await Expect(alice.Page).ToHaveTitleAsync("lobby · OrleansChat");
    }

    private async Task<Person> ArriveAtALongHistoryAsync()
    {
        await using (var carol = await Terminal.ConnectAsync(Server, "carol"))
        {
            await carol.JoinAsync("lobby");
            var texts = Enumerable.Range(1, Last).Select(n => n % 7 == 0 ? $"message {n}\nof two lines" : $"message {n}");
            await carol.SayAsync("lobby", [.. texts]);
        }

        var alice = await JoinAsync("alice");
        await Expect(alice.Page.Locator($"#entries [data-seq='{Last}']")).ToBeInViewportAsync();
        return alice;
    }

    private static async Task ToTheTopAsync(Person person)
    {
        var oldest = (await person.SeqsAsync())[0];
        while (oldest > 1)
        {
            await ScrollAsync(person, "0");
            await Expect(person.Page.Locator($"#entries [data-seq='{oldest - 1}']")).ToBeAttachedAsync();
            oldest = (await person.SeqsAsync())[0];
        }
    }

    private static Task ScrollAsync(Person person, string to) => person.Page.EvaluateAsync(
        $"() => {{ const timeline = document.getElementById('timeline'); timeline.scrollTop = {to}; }}");

    /// <summary>What is in the document follows upon each other, once each.</summary>
    private static async Task<int[]> AssertUnbrokenAsync(Person person)
    {
        var seqs = await person.SeqsAsync();
        Assert.Equal(Enumerable.Range(seqs[0], seqs.Length), seqs);
        return seqs;
    }

    private sealed class Mark
    {
        public int Seq { get; set; }

        public double Top { get; set; }
    }
}
