namespace OrleansChat.Grains.Storage;

/// <summary>The store cannot be opened; the process has to end. The message is for the person who started it.</summary>
/// <param name="message">One line that names the file or database.</param>
/// <param name="inner">The cause.</param>
public sealed class StoreStartException(string message, Exception? inner = null) : Exception(message, inner);
