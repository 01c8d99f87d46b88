using OrleansChat.Rooms;

namespace OrleansChat.Grains.Tests.Rooms;

public sealed class SeqWindowTests
{
    [Fact]
    public void The_oldest_go_when_there_are_too_many_or_they_are_too_heavy()
    {
        var window = new SeqWindow<string>(maxCount: 3, maxWeight: 10);
        window.Reset(41);
        Assert.Equal((41, 42), (window.Last, window.First));
        for (var seq = 42; seq <= 46; seq++) window.Add(seq, $"{seq}", weight: 1);
        Assert.Equal((46, 44), (window.Last, window.First));
        window.Add(47, "47", weight: 9);
        Assert.Equal((47, 46), (window.Last, window.First));
        window.Add(48, "48", weight: 99);
        Assert.Equal(["48"], window.After(47));
    }

    [Fact]
    public void It_covers_what_it_can_give_in_full()
    {
        var window = new SeqWindow<string>(maxCount: 2, maxWeight: 100);
        window.Reset(10);
        Assert.True(window.Covers(10));
        Assert.False(window.Covers(9));
        for (var seq = 11; seq <= 14; seq++) window.Add(seq, $"{seq}", weight: 1);
        Assert.False(window.Covers(11));
        Assert.Throws<ArgumentOutOfRangeException>(() => window.After(11));
        Assert.Equal(["13", "14"], window.After(12));
        Assert.Equal(["14"], window.After(13));
        Assert.Empty(window.After(14));
        Assert.Empty(window.After(99));
    }

    [Theory]
    [InlineData(12)]
    [InlineData(10)]
    [InlineData(1)]
    public void An_entry_that_does_not_follow_is_refused(long seq)
    {
        var window = new SeqWindow<string>(maxCount: 2, maxWeight: 100);
        window.Reset(10);
        Assert.Throws<ArgumentOutOfRangeException>(() => window.Add(seq, "", weight: 1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(20)]
    public void It_holds_what_a_list_would_hold(int maxCount)
    {
        var random = new Random(maxCount);
        var window = new SeqWindow<long>(maxCount, maxWeight: 40);
        var list = new List<(long Seq, int Weight)>();
        for (var seq = 1; seq <= 500; seq++)
        {
            if (seq == 250)
            {
                window.Reset(seq - 1);
                list.Clear();
            }

            var weight = random.Next(8);
            window.Add(seq, seq, weight);
            list.Add((seq, weight));
            while (list.Count > maxCount || (list.Count > 1 && list.Sum(e => e.Weight) > 40)) list.RemoveAt(0);
            Assert.Equal(list.Select(e => e.Seq), window.After(window.First - 1));
            Assert.Equal(list[0].Seq, window.First);
            var from = random.Next(list.Count);
            Assert.Equal(list.Skip(from).Select(e => e.Seq), window.After(list[from].Seq - 1));
        }
    }
}
