namespace OrleansChat.Browser.Tests.Servers;

/// <summary>A folder for a server's data, gone with the test.</summary>
internal sealed class DataFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("orleanschat-browser-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
