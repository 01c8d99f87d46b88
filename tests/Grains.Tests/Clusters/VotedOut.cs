namespace OrleansChat.Grains.Tests.Clusters;

/// <summary>
/// A silo that the others have voted out, because the machine was too slow for it to answer them, is out: its rooms live
/// elsewhere by then. Orleans would end the process, in which all the tests are.
/// </summary>
internal sealed class VotedOut : IFatalErrorHandler
{
    public bool IsUnexpected(Exception exception) => true;

    public void OnFatalException(object? sender = null, string? context = null, Exception? exception = null)
    {
    }
}
