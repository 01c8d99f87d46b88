namespace OrleansChat.Grains.Storage;

/// <summary>Where the embedded database lies. Bound from the section <c>Chat</c>.</summary>
public sealed class ChatStorageOptions
{
    /// <summary>The directory of <c>chat.db</c>; created if missing. Default: <c>data</c> in the current directory.</summary>
    public string DataDirectory { get; set; } = "data";
}
