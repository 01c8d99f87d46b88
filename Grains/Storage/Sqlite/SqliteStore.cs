using Microsoft.Data.Sqlite;

namespace OrleansChat.Grains.Storage.Sqlite;

/// <summary>
/// The database of the embedded default: one file, <c>chat.db</c>, in a directory that one process holds at a time.
/// </summary>
public sealed class SqliteStore : IChatStore, IDisposable
{
    private readonly string _directory;
    private readonly TimeProvider _clock;
    private readonly SqliteFile _file;
    private readonly SqliteWriter _writer;
    private readonly SqliteReader _reader;
    private FileStream? _lock;

    /// <summary>Names the directory; <see cref="Open"/> touches it.</summary>
    /// <param name="directory">Where the database lies, or shall lie.</param>
    /// <param name="clock">The time.</param>
    /// <param name="log">Where failures of the disk are told.</param>
    /// <exception cref="StoreStartException">It is empty.</exception>
    public SqliteStore(string directory, TimeProvider clock, ILogger<SqliteStore> log)
    {
        if (string.IsNullOrWhiteSpace(directory)) throw new StoreStartException("Chat:DataDirectory is empty");
        _directory = Path.GetFullPath(directory);
        _clock = clock;
        _file = new SqliteFile(Path.Combine(_directory, "chat.db"));
        _writer = new SqliteWriter(_file, log);
        _reader = new SqliteReader(_file, clock);
        Rooms = new SqliteRoomStore(_writer);
        Users = new SqliteUserStore(_writer);
        Accounts = new SqliteAccountStore(_writer, _reader);
        DataKeys = new SqliteDataKeyStore(_writer, _reader);
    }

    /// <summary>The database file.</summary>
    public string File => _file.Path;

    /// <summary>Where rooms are written.</summary>
    public IRoomStore Rooms { get; }

    /// <summary>Where users are written.</summary>
    public IUserStore Users { get; }

    /// <summary>Where accounts are kept.</summary>
    public IAccountStore Accounts { get; }

    /// <summary>Where the keys that protect tokens are kept.</summary>
    public IDataKeyStore DataKeys { get; }

    /// <summary>Where everything is read.</summary>
    public IChatReader Reader => _reader;

    /// <summary>For tests that hold a reading up.</summary>
    internal SqliteReader Reading => _reader;

    /// <summary>For tests that make the disk fail.</summary>
    internal SqliteWriter Writer => _writer;

    /// <summary>Takes the directory, brings the schema up to date, and starts to write and read.</summary>
    /// <exception cref="StoreStartException">Why it cannot, naming the file.</exception>
    public void Open()
    {
        TakeDirectory();
        try
        {
            var session = _file.OpenForWriting();
            try
            {
                SqliteMigrations.Apply(session, _file, _clock);
            }
            catch
            {
                session.Dispose();
                throw;
            }

            _writer.Start(session);
            _reader.Start();
        }
        catch (SqliteException error)
        {
            throw new StoreStartException($"{_file.Path}: {SqliteFile.Explain(error)}", error);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader.Dispose();
        _writer.Dispose();
        _lock?.Dispose();
    }

    // Two processes over one file would fence each other's rooms without end. The lock goes with the process, however
    // that ends.
    private void TakeDirectory()
    {
        var path = Path.Combine(_directory, "chat.lock");
        try
        {
            Directory.CreateDirectory(_directory);
            _lock = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new StoreStartException($"{_directory}: the data directory may not be written", error);
        }
        catch (IOException error) when (System.IO.File.Exists(path))
        {
            throw new StoreStartException($"{path}: the data directory is in use by another process", error);
        }
        catch (IOException error)
        {
            throw new StoreStartException($"{_directory}: the data directory cannot be used: {error.Message}", error);
        }
    }
}
