using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using OrleansChat.Gateway.Limits;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;
using OrleansChat.Grains.Tests.Clocks;

namespace OrleansChat.Gateway.Tests.Limits;

/// <summary>
/// An address that does not stop is told why for a while, and then finds the door shut. Its patience has a clock of its
/// own here, so that nothing comes back while a slow machine counts.
/// </summary>
public sealed class DoorTests
{
    private const string Bystander = "127.0.0.3";
    private const string Client = "1.1.1.1";
    private static readonly string Flooder = Addresses.Apart("127.0.0.4", "127.0.0.1", Bystander, Client, "2001:db8::1");
    private static readonly ClientAddress FloodersAddress = ClientAddress.Of(IPAddress.Parse(Flooder));
    private static readonly string[] Strict = ["Chat:Limits:ConnectsPerSecondPerAddress=1", "Chat:Limits:ConnectBurstPerAddress=1"];

    private readonly ManualClock _clock = new();
    private readonly Toll _toll = new();

    [Fact]
    public async Task Who_is_refused_and_goes_on_is_reset_before_there_is_a_request_and_others_are_not()
    {
        await using var gateway = await StartAsync(Strict);
        var admitted = 0;
        for (var refused = 0; refused < AddressPatience.Times;)
        {
            var status = await KnockAsync(gateway);
            Assert.Contains(status, new[] { 101, 429 });
            if (status == 429) refused++;
            else admitted++;
        }

        // Their user's grain is told of each of those who were let in, and again when it has gone.
        await Patience.UntilAsync(() => Task.FromResult(_toll.Calls == 2 * admitted), "they had all gone");
        await using (var bystander = await gateway.ConnectAsync("bystander"))
        {
            // Who is there already is not asked again.
            var (requests, calls) = (_toll.Requests, _toll.Calls);
            for (var i = 0; i < 100; i++) Assert.Equal(0, await KnockAsync(gateway));
            Assert.Equal((requests, calls), (_toll.Requests, _toll.Calls));
            string[] told = [.. _toll.Lines.Where(line => line.Contains("were reset", StringComparison.Ordinal))];
            Assert.InRange(told.Length, 1, 10);
            Assert.All(told, line => Assert.Contains(Flooder, line, StringComparison.Ordinal));
            await bystander.CatchUpAsync();
        }

        using var other = await Visitor.KnockAsync(gateway.Json("alice"), Bystander);
        Assert.Equal(101, other.Status);
        // Whoever goes on is told again what is wrong, but seldom.
        for (var i = 0; i < 3; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1) / AddressPatience.TimesPerSecond);
            // What is let in for free on a slow machine uses nothing up.
            await Patience.UntilAsync(async () => await KnockAsync(gateway) == 429, "it was told why");
            Assert.Equal(0, await KnockAsync(gateway));
        }
    }

    [Fact]
    public async Task Who_asks_again_and_again_on_one_connection_loses_it()
    {
        await using var gateway = await StartAsync(Strict);
        var connections = 0;
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                connections++;
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(IPAddress.Parse(Flooder), 0));
                await socket.ConnectAsync(IPAddress.Loopback, gateway.Http.Port, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using var http = new HttpClient(handler) { BaseAddress = gateway.Http, Timeout = Patience.Limit };
        for (var refused = 0; refused < AddressPatience.Times;)
        {
            using var answer = await http.GetAsync("/ws");
            if (answer.StatusCode == HttpStatusCode.TooManyRequests) refused++;
            Assert.Equal((refused == AddressPatience.Times, 1), (answer.Headers.ConnectionClose == true, connections));
        }

        Assert.Equal(0, await KnockAsync(gateway));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no HTTP\r\n\r\n")]
    public async Task Who_connects_again_and_again_and_asks_for_nothing_finds_the_door_shut(string text)
    {
        await using var gateway = await StartAsync();
        var patience = gateway.Services.GetRequiredService<AddressPatience>();
        for (var i = 0; i < AddressPatience.Times; i++)
        {
            Assert.False(patience.IsOut(FloodersAddress));
            using var visitor = await Visitor.ConnectAsync(gateway.Http, Flooder);
            await visitor.WriteAsync(text);
        }

        await Patience.UntilAsync(() => Task.FromResult(patience.IsOut(FloodersAddress)), "they were all counted");
        Assert.Equal(0, await KnockAsync(gateway));
        using var other = await Visitor.KnockAsync(gateway.Json("alice"), Bystander);
        Assert.Equal(101, other.Status);
    }

    [Fact]
    public async Task Who_loads_the_page_and_connects_as_often_as_they_may_never_meets_it()
    {
        await using var gateway = await StartAsync();
        for (var i = 0; i < AddressPatience.Times * 3; i++)
        {
            using var page = await Visitor.ConnectAsync(gateway.Http, Flooder);
            Assert.True(await page.WriteAsync($"GET / HTTP/1.1\r\nHost: {gateway.Http.Authority}\r\n\r\n"));
            await page.ReadHeadAsync();
            Assert.Equal((200, 101), (page.Status, await KnockAsync(gateway)));
        }
    }

    [Fact]
    public async Task The_clients_of_a_trusted_proxy_do_not_shut_it_out()
    {
        await using var gateway = await StartAsync([.. Strict, $"Chat:TrustedProxies={Flooder}"]);
        var refused = 0;
        while (refused < AddressPatience.Times * 2)
        {
            if (await KnockAsync(gateway, $"X-Forwarded-For: {Client}") == 429) refused++;
        }

        Assert.Equal(101, await KnockAsync(gateway, $"X-Forwarded-For: {Addresses.Apart("2.2.2.2", Client)}"));
        Assert.False(gateway.Services.GetRequiredService<AddressPatience>().IsOut(ClientAddress.Of(IPAddress.Parse(Client))));
    }

    [Fact]
    public async Task A_local_socket_comes_in_another_way()
    {
        using var directory = new DataDirectory();
        var path = Path.Combine(directory.Path, "gateway.sock");
        await using var gateway = await StartAsync($"urls=http://unix:{path}");
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using var http = new HttpClient(handler);
        Assert.Equal("ok\n", await http.GetStringAsync("http://localhost/healthz/live"));
    }

    [Fact]
    public void Patience_comes_back_and_no_grudge_is_longer_than_a_second()
    {
        var patience = new AddressPatience(_clock);
        var other = ClientAddress.Of(IPAddress.Parse("2001:db8::1"));
        for (var i = 1; i <= 10_000; i++)
        {
            Assert.Equal(i > AddressPatience.Times, patience.IsOut(FloodersAddress));
            patience.Spend(FloodersAddress);
        }

        Assert.False(patience.IsOut(other));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(patience.IsOut(FloodersAddress));
        _clock.Advance(TimeSpan.FromSeconds(1) / AddressPatience.TimesPerSecond);
        Assert.False(patience.IsOut(FloodersAddress));
        patience.Spend(FloodersAddress);
        Assert.True(patience.IsOut(FloodersAddress));
        _clock.Advance(TimeSpan.FromHours(1));
        for (var i = 0; i < AddressPatience.Times; i++) patience.Spend(FloodersAddress);
        Assert.True(patience.IsOut(FloodersAddress));
    }

    [Fact]
    public async Task Those_who_come_at_once_are_all_counted()
    {
        var patience = new AddressPatience(_clock);
        await Task.WhenAll(Enumerable.Range(0, AddressPatience.Times - 1).Select(_ => Task.Run(() => patience.Spend(FloodersAddress))));
        Assert.False(patience.IsOut(FloodersAddress));
        patience.Spend(FloodersAddress);
        Assert.True(patience.IsOut(FloodersAddress));
    }

    private Task<TestGateway> StartAsync(params string[] settings) => TestGateway.StartAsync(
        builder =>
        {
            _toll.Count(builder);
            builder.Services.AddSingleton(new AddressPatience(_clock));
            // No lease is renewed while the calls are counted.
            builder.Services.AddSingleton<TimeProvider>(new NoTurnsClock());
        },
        settings);

    private static Task<int> KnockAsync(TestGateway gateway, params string[] headers) =>
        Visitor.StatusAsync(gateway.Json("mallory"), Flooder, headers);
}
