using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrleansChat.Gateway.Limits;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Limits;
using OrleansChat.Gateway.Tests.Wire;
using OrleansChat.Grains.Tests.Clocks;

namespace OrleansChat.Gateway.Tests.Hostile;

/// <summary>A gateway that speaks TLS itself, those who do not get through the handshake, and those who find no place.</summary>
[Collection(nameof(Alone))]
public sealed class TlsTests : IDisposable
{
    private static readonly string Flooder = Addresses.Apart("127.0.0.2", "127.0.0.3");

    private readonly DataDirectory _directory = new();
    private readonly X509Certificate2 _certificate = Certify();

    public void Dispose()
    {
        _certificate.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_TLS_handshake_that_does_not_go_on_ends_the_connection()
    {
        // The gate would end it too, ten seconds later.
        await using var gateway = await StartAsync(services => services.AddSingleton<TimeProvider>(new PatientClock()));
        using var silent = await Visitor.ConnectAsync(gateway.Http);
        using var slow = await Visitor.ConnectAsync(gateway.Http);
        // The head of a record of a handshake (RFC 8446 §5.1), and nothing of what it announces.
        await slow.WriteAsync("\u0016\u0003\u0001\u0001\u0000");
        await silent.EndedAsync();
        await slow.EndedAsync();
        Assert.Equal(101, await KnockAsync(gateway, "127.0.0.1"));
    }

    [Fact]
    public async Task Who_begins_handshakes_again_and_again_finds_the_door_shut_before_the_next()
    {
        var patience = new AddressPatience(new ManualClock());
        await using var gateway = await StartAsync(services => services.AddSingleton(patience));
        for (var i = 0; i < AddressPatience.Times; i++)
        {
            using var visitor = await Visitor.ConnectAsync(gateway.Http, Flooder);
            await visitor.WriteAsync("\u0016\u0003\u0001\u0001\u0000");
        }

        var flooder = ClientAddress.Of(IPAddress.Parse(Flooder));
        await Patience.UntilAsync(() => Task.FromResult(patience.IsOut(flooder)), "they were all counted");
        Assert.Equal((0, 101), (await KnockAsync(gateway, Flooder), await KnockAsync(gateway, "127.0.0.3")));
    }

    [Fact]
    public async Task A_server_that_is_full_of_connections_takes_no_more_until_one_ends_and_those_that_chat_take_no_place()
    {
        const int Most = 20;
        await using var gateway = await StartAsync(services =>
        {
            Assert.Equal(WebServerLimits.Waiting, Limit(services));
            services.PostConfigure<KestrelServerOptions>(server => server.Limits.MaxConcurrentConnections = Most);
        });
        var kept = new List<SslStream>();
        try
        {
            // Sockets are counted apart, once they are some.
            for (var i = 0; i < Most; i++) kept.Add(await AskAsync(gateway, $"127.0.1.{i}", Upgrade(gateway), 101));
            for (var i = 0; i < Most; i++) kept.Add(await AskAsync(gateway, $"127.0.2.{i}", "GET /healthz/live HTTP/1.1\r\nHost: localhost\r\n\r\n", 200));
            Assert.Equal(0, await KnockAsync(gateway, "127.0.0.3"));
            await kept[^1].DisposeAsync();
            await Patience.UntilAsync(async () => await KnockAsync(gateway, "127.0.0.3") == 101, "there was a place again");
        }
        finally
        {
            foreach (var stream in kept) await stream.DisposeAsync();
        }
    }

    private static long? Limit(IServiceCollection services)
    {
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits.MaxConcurrentConnections;
    }

    private static string Upgrade(TestGateway gateway) =>
        $"GET /ws?user=visitor HTTP/1.1\r\nHost: {gateway.Http.Authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

    private Task<TestGateway> StartAsync(Action<IServiceCollection> configure)
    {
        // As an operator gives it: what is set for TLS in code takes the place of what the gateway sets.
        var path = Path.Combine(_directory.Path, "gateway.pfx");
        File.WriteAllBytes(path, _certificate.Export(X509ContentType.Pkcs12));
        return TestGateway.StartAsync(
            builder => configure(builder.Services),
            "urls=https://127.0.0.1:0",
            $"Kestrel:Certificates:Default:Path={path}",
            "Chat:Limits:ConnectionsPerUser=100");
    }

    /// <summary>The status of the answer to a handshake over TLS; 0 when the connection ended without one.</summary>
    private async Task<int> KnockAsync(TestGateway gateway, string from)
    {
        try
        {
            await using var stream = await AskAsync(gateway, from, Upgrade(gateway), 101);
            return 101;
        }
        catch (Exception ended) when (ended is IOException or SocketException)
        {
            return 0;
        }
    }

    private async Task<SslStream> AskAsync(TestGateway gateway, string from, string request, int status)
    {
        var tcp = new TcpClient(new IPEndPoint(IPAddress.Parse(from), 0));
        SslStream? stream = null;
        try
        {
            using var deadline = new CancellationTokenSource(Patience.Limit);
            await tcp.ConnectAsync(IPAddress.Loopback, gateway.Http.Port, deadline.Token);
            stream = new SslStream(
                tcp.GetStream(), leaveInnerStreamOpen: false, (_, shown, _, _) => shown?.GetCertHashString() == _certificate.Thumbprint);
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost" }, deadline.Token);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(request), deadline.Token);
            var head = new byte["HTTP/1.1 200".Length];
            await stream.ReadExactlyAsync(head, deadline.Token);
            Assert.Equal($"HTTP/1.1 {status}", Encoding.ASCII.GetString(head));
            return stream;
        }
        catch
        {
            if (stream is not null) await stream.DisposeAsync();
            tcp.Dispose();
            throw;
        }
    }

    private static X509Certificate2 Certify()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now - TimeSpan.FromDays(1), now + TimeSpan.FromDays(1));
        return X509CertificateLoader.LoadPkcs12(
            certificate.Export(X509ContentType.Pkcs12), password: null, X509KeyStorageFlags.Exportable);
    }
}
