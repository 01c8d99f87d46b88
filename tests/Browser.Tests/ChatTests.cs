using OrleansChat.Browser.Tests.Browsers;

namespace OrleansChat.Browser.Tests;

public sealed class ChatTests(Chromium chromium) : BrowserTest(chromium)
{
    [Fact]
    public async Task Two_people_chat_both_ways()
    {
        var alice = await JoinAsync("Alice");
        var ming = await JoinAsync("小明");
        await alice.SendAsync("Hello 小明!");
        await ming.SeesAsync("Hello 小明!");
        await ming.SendAsync("你好，Alice 👋🏽");
        await alice.SeesAsync("Hello 小明!", "你好，Alice 👋🏽");
        await alice.SendAsync("مرحبا, नमस्ते, שלום");
        await ming.SendAsync("👩‍👩‍👧‍👦 <3 & \"quotes\"");

        string[] all = ["Hello 小明!", "你好，Alice 👋🏽", "مرحبا, नमस्ते, שלום", "👩‍👩‍👧‍👦 <3 & \"quotes\""];
        await alice.SeesAsync(all);
        await ming.SeesAsync(all);
        Assert.Equal(Enumerable.Range(1, 4), await alice.SeqsAsync());
        Assert.Equal(await alice.LinesAsync(), await ming.LinesAsync());
        Assert.Equal("2 小明: 你好，Alice 👋🏽", (await alice.LinesAsync())[1]);
        await alice.PictureAsync("two-people-alice");
        await ming.PictureAsync("two-people-小明");
    }
}
