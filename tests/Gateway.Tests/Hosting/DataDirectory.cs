namespace OrleansChat.Gateway.Tests.Hosting;

/// <summary>A directory for a gateway's data, gone after the test.</summary>
internal sealed class DataDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("orleanschat-test-").FullName;

    public string Database => System.IO.Path.Combine(Path, "chat.db");

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
