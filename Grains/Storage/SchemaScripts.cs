using System.Globalization;

namespace OrleansChat.Grains.Storage;

/// <summary>The numbered scripts of one kind of database, embedded in this assembly.</summary>
/// <param name="database">The folder that they lie in.</param>
internal sealed class SchemaScripts(string database)
{
    private readonly List<(long Version, string Name)> _scripts = Find($"OrleansChat.Grains.Storage.{database}.Schema.");

    /// <summary>The newest schema that this program knows.</summary>
    public long Newest => _scripts[^1].Version;

    /// <summary>What a database still lacks, in its order.</summary>
    /// <param name="current">The schema that the database has.</param>
    /// <param name="store">What the database is called in messages.</param>
    /// <exception cref="StoreStartException">The database was written by a newer version.</exception>
    public IEnumerable<(long Version, string Text)> After(long current, string store) => current <= Newest
        ? _scripts.Where(script => script.Version > current).Select(script => (script.Version, Read(script.Name)))
        : throw new StoreStartException(
            $"{store}: the database has schema {current}, this program knows schemas up to {Newest}; run the newer program");

    private static List<(long Version, string Name)> Find(string folder) =>
        [.. typeof(SchemaScripts).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(folder, StringComparison.Ordinal))
            .Select(name => (long.Parse(name.AsSpan(folder.Length, 4), CultureInfo.InvariantCulture), name))
            .Order()];

    private static string Read(string name)
    {
        using var stream = typeof(SchemaScripts).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
