namespace OrleansChat.Grains.Storage;

/// <summary>The store cannot do it at the moment.</summary>
/// <param name="message">What is wrong, naming the file or server.</param>
/// <param name="outcomeUnknown">Whether it may have been written nevertheless.</param>
/// <param name="inner">The cause.</param>
public sealed class StoreUnavailableException(string message, bool outcomeUnknown, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>Whether what was to be written may be on the disk. If so, only reading it again tells.</summary>
    public bool OutcomeUnknown { get; } = outcomeUnknown;
}
