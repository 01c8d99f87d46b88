using System.Net;
using System.Net.Sockets;

namespace OrleansChat.Cluster.Tests.Hosting;

/// <summary>Free ports of the loopback address.</summary>
internal static class Ports
{
    // Below those that the system gives to outgoing connections: a server that comes back finds its port free, however
    // many clients are dialling meanwhile.
    private const int First = 18_000;
    private const int Count = 12_000;

    private static int _next = Random.Shared.Next(Count);

    public static int Free()
    {
        for (var tries = 0; tries < Count; tries++)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref _next) % Count);
            if (IsFree(port)) return port;
        }

        throw new InvalidOperationException("no free port");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
