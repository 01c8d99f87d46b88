using Microsoft.Playwright;
using OrleansChat.Browser.Tests.Browsers;
using OrleansChat.Browser.Tests.Servers;
using static Microsoft.Playwright.Assertions;

namespace OrleansChat.Browser.Tests;

public sealed class LookTests(Chromium chromium) : BrowserTest(chromium)
{
    // WCAG 2.2, success criterion 1.4.3.
    private const double ReadableContrast = 4.5;

    [Theory]
    [InlineData(ColorScheme.Light, "page")]
    [InlineData(ColorScheme.Dark, "page-dark")]
    public async Task The_page_is_readable_in_light_and_in_dark(ColorScheme scheme, string picture)
    {
        await using var ravi = await Terminal.ConnectAsync(Server, "Ravi");
        await using var ming = await Terminal.ConnectAsync(Server, "小明");
        await ravi.CreateAsync("dev", "The chat server itself");
        await ravi.CreateAsync("weekend", "Hikes, films and food");
        foreach (var room in new[] { "lobby", "dev", "weekend" })
        {
            await ravi.JoinAsync(room);
            await ming.JoinAsync(room);
        }

        await ming.SayAsync("lobby", "Hello everybody");
        var alice = await JoinAsync("Alice", "dev", new() { ColorScheme = scheme });
        await alice.Page.GotoAsync("/?room=lobby");
        await Expect(alice.Title).ToHaveTextAsync("lobby");
        await alice.Page.GotoAsync("/?room=weekend");
        await Expect(alice.Title).ToHaveTextAsync("weekend");
        await Expect(alice.OnlineCount).ToHaveTextAsync("3 online");

        await ravi.SayAsync("weekend", "Saturday will be sunny all day ☀️", "Anyone up for the coast path?");
        await Expect(alice.Stored).ToHaveCountAsync(2);
        await alice.SendAsync("Yes! I can bring the big thermos");
        await Expect(alice.Stored).ToHaveCountAsync(3);
        await ming.SayAsync("weekend", "太好了！ I'm in 🥾", "There is a train at 8:12. We could be there by half past nine.");
        await ravi.SayAsync("weekend", "Perfect. This is the route: https://example.org/coast-path");
        await Expect(alice.Stored).ToHaveCountAsync(6);
        await alice.SendAsync("14 km with one steep bit in the middle, I like it", "小明, do you still have my rain jacket?");
        await Expect(alice.Stored).ToHaveCountAsync(8);
        await ming.SayAsync("weekend", "I do! I'll bring it along 👍");
        await ravi.SayAsync("dev", "The build is green again", "Shall we release on Monday?");
        await ming.SayToAsync("Alice", "Got the tickets already");
        await ming.JoinAsync("dm:Alice:小明");
        await Expect(alice.Unread("dev")).ToHaveTextAsync("2");
        await Expect(alice.Unread("dm:Alice:小明")).ToHaveTextAsync("1");
        await Expect(alice.RoomItem("dm:Alice:小明").Locator(".online")).ToBeVisibleAsync();
        await Expect(alice.Stored).ToHaveCountAsync(9);
        await alice.WatchTypingAsync();
        await ravi.TypeAsync("weekend");
        await alice.ReadsOfTypingAsync("Ravi is typing…");
        await alice.PictureAsync(picture);

        var background = await alice.Page.EvaluateAsync<int[]>("() => getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)");
        Assert.Equal(scheme == ColorScheme.Dark, background.Average() < 128);
        foreach (var part in new[] { ".message .text", ".message time", ".room-item-name", ".typing", ".topic", ".badge", ".own .author", ".text a", ".divider", ".person-name", ".me" })
        {
            var contrast = await ContrastAsync(alice.Page.Locator(part).First);
            Assert.True(contrast >= ReadableContrast, $"{part}: {contrast:0.0}");
        }
    }

    [Fact]
    public async Task On_a_phone_the_list_and_the_room_take_turns()
    {
        await using var owner = await Terminal.ConnectAsync(Server, "olga");
        await owner.CreateAsync("dev", "The chat server itself");
        await owner.SayAsync("dev", "A long line that has to be broken on a screen as narrow as that of a phone", new string('w', 200));
        var alice = await ComeAsync("alice", new()
        {
            ViewportSize = new() { Width = 390, Height = 844 },
            HasTouch = true,
            IsMobile = true,
            DeviceScaleFactor = 2,
        });
        await alice.PictureAsync("phone-sign-in");
        await alice.SignInAsync("alice");
        await Expect(alice.Title).ToHaveTextAsync("lobby");
        await alice.Page.Locator("#back").TapAsync();
        await Expect(alice.RoomItem("dev")).ToHaveCountAsync(0);
        await alice.Page.GetByTestId("find-room").TapAsync();
        await alice.Page.Locator("[data-testid=find-result][data-room=dev]").TapAsync();
        await Expect(alice.Title).ToHaveTextAsync("dev");
        await Expect(alice.Stored).ToHaveCountAsync(2);
        await Expect(alice.Page.GetByTestId("room-list")).ToBeHiddenAsync();
        await alice.SendAsync("from my phone");
        await Expect(alice.Stored).ToHaveCountAsync(3);
        await AssertFitsAsync(alice);
        await alice.PictureAsync("phone-room");

        await alice.Page.Locator("#people-toggle").TapAsync();
        await Expect(alice.Listed("alice")).ToBeVisibleAsync();
        await AssertFitsAsync(alice);
        await alice.PictureAsync("phone-people");
        await alice.Page.GetByTestId("people").GetByRole(AriaRole.Button, new() { Name = "Close" }).TapAsync();

        await alice.Page.Locator("#back").TapAsync();
        await Expect(alice.RoomItem("dev")).ToBeVisibleAsync();
        await Expect(alice.Composer).ToBeHiddenAsync();
        await AssertFitsAsync(alice);
        await alice.PictureAsync("phone-list");

        await alice.RoomItem("dev").TapAsync();
        await Expect(alice.Composer).ToBeVisibleAsync();
        await alice.Page.GoBackAsync();
        await Expect(alice.RoomItem("dev")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("desktop", 1280)]
    [InlineData("phone", 360)]
    public async Task In_the_list_of_people_what_is_said_of_somebody_takes_nothing_from_their_name(string look, int width)
    {
        await using var ravi = await Terminal.ConnectAsync(Server, "Ravindranath");
        await using var zoe = await Terminal.ConnectAsync(Server, "zoe", new string('m', 60));
        var alice = await ComeAsync("Bartholomew", new() { ViewportSize = new() { Width = width, Height = 780 } });
        await alice.SignInAsync("Bartholomew");
        await Expect(alice.Title).ToHaveTextAsync("lobby");
        if (width < 640) await alice.Page.Locator("#back").ClickAsync();
        await alice.Page.GetByTestId("new-room").ClickAsync();
        await alice.Page.Locator("#new-room-dialog").GetByLabel("Name").FillAsync("team");
        await alice.Page.Keyboard.PressAsync("Enter");
        await Expect(alice.Title).ToHaveTextAsync("team");
        foreach (var member in new[] { ravi, zoe }) await member.JoinAsync("team");
        if (width < 1000) await alice.Page.Locator("#people-toggle").ClickAsync();
        await Expect(alice.Page.Locator(".person")).ToHaveCountAsync(3);
        await alice.ChooseAsync("Ravindranath", "Make moderator");
        await alice.AnswerAsync("Make moderator");
        await Expect(alice.Listed("Ravindranath").Locator(".tag")).ToHaveTextAsync(["moderator"]);
        await Expect(alice.Listed("Bartholomew").Locator(".tag")).ToHaveTextAsync(["you", "owner"]);
        await alice.PictureAsync($"people-{look}");
        foreach (var user in new[] { "Bartholomew", "Ravindranath" })
        {
            Assert.True(
                await alice.Listed(user).EvaluateAsync<bool>(
                    """
                    (person) => {
                      const name = person.querySelector('.person-name');
                      const box = name.getBoundingClientRect();
                      const overlaps = (tag) => {
                        const other = tag.getBoundingClientRect();
                        return other.left < box.right && other.right > box.left && other.top < box.bottom && other.bottom > box.top;
                      };
                      return box.width > 0 && name.scrollWidth <= name.clientWidth
                        && ![...person.querySelectorAll('.tag')].some(overlaps);
                    }
                    """),
                $"The name of {user} is cut or covered.");
        }

        await AssertFitsAsync(alice);
    }

    private static async Task AssertFitsAsync(Person person) => Assert.True(
        await person.Page.EvaluateAsync<bool>(
            """
            () => document.documentElement.scrollWidth <= innerWidth
              && [...document.querySelectorAll('#app button, #app textarea')].every((element) => {
                const { width, left, right } = element.getBoundingClientRect();
                return width === 0 || (left >= 0 && right <= innerWidth);
              })
            """),
        "Something lies beyond the edge of the screen.");

    /// <summary>The contrast of a text to what is painted behind it, from 1 to 21.</summary>
    private static Task<double> ContrastAsync(ILocator text) => text.EvaluateAsync<double>(
        """
        (element) => {
          const parse = (color) => color.match(/[\d.]+/g).map(Number);
          const behind = (node) => {
            const [r, g, b, a = 1] = parse(getComputedStyle(node).backgroundColor);
            return a === 0 ? behind(node.parentElement) : [r, g, b];
          };
          const luminance = (rgb) => {
            const [r, g, b] = rgb.map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const [light, dark] = [luminance(parse(getComputedStyle(element).color).slice(0, 3)), luminance(behind(element))].sort((a, b) => b - a);
          return (light + 0.05) / (dark + 0.05);
        }
        """);
}
