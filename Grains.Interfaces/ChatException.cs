namespace OrleansChat;

/// <summary>A command was refused, for a reason that its sender is told.</summary>
[GenerateSerializer, Alias("chat.refused")]
public sealed class ChatException : Exception
{
    /// <summary>Refuses with a code of the closed list.</summary>
    /// <param name="code">The code.</param>
    /// <param name="message">One sentence for a developer that names what is wrong.</param>
    /// <param name="field">The field of the command that is at fault, if one is.</param>
    public ChatException(ChatErrorCode code, string message, string? field = null)
        : base(message)
    {
        Code = code;
        Field = field;
    }

    /// <summary>Refuses with <see cref="ChatErrorCode.Internal"/>.</summary>
    public ChatException(string message, Exception innerException)
        : base(message, innerException) => Code = ChatErrorCode.Internal;

    /// <summary>Refuses with <see cref="ChatErrorCode.Internal"/>.</summary>
    public ChatException(string message)
        : this(ChatErrorCode.Internal, message)
    {
    }

    /// <summary>Refuses with <see cref="ChatErrorCode.Internal"/>.</summary>
    public ChatException()
        : this("internal error")
    {
    }

    /// <summary>Why.</summary>
    [Id(0)]
    public ChatErrorCode Code { get; private set; }

    /// <summary>The field of the command that is at fault, if one is.</summary>
    [Id(1)]
    public string? Field { get; private set; }

    /// <summary>In how long to try again, if that is known.</summary>
    [Id(2)]
    public TimeSpan? RetryAfter { get; init; }
}
