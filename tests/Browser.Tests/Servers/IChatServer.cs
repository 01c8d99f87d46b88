namespace OrleansChat.Browser.Tests.Servers;

/// <summary>A server that the page is loaded from.</summary>
internal interface IChatServer : IAsyncDisposable
{
    Uri Address { get; }
}
