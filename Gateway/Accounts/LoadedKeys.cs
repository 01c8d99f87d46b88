using System.Xml;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using OrleansChat.Accounts;

namespace OrleansChat.Gateway.Accounts;

/// <summary>
/// The cluster's keys as this gateway has last read them. ASP.NET Core's data protection asks for them without
/// waiting, so they are brought here beforehand (<see cref="TokenKeys"/>), and nothing here waits for a silo.
/// </summary>
internal sealed partial class LoadedKeys(ILogger<LoadedKeys> logger) : IXmlRepository, IDisposable
{
    private readonly Lock _lock = new();
    private DataKeyRing? _ring;
    private IReadOnlyList<XElement> _elements = [];
    private XElement? _made;
    private CancellationTokenSource _changed = new();

    /// <summary>The version of the ring; none before it was read for the first time.</summary>
    public long? Version
    {
        get { lock (_lock) return _ring?.Version; }
    }

    /// <summary>Ends when there are other keys than now.</summary>
    public CancellationToken Changed
    {
        get { lock (_lock) return _changed.Token; }
    }

    /// <summary>Takes the keys that were read.</summary>
    /// <returns>Whether they are others than before.</returns>
    public bool Take(DataKeyRing ring)
    {
        CancellationTokenSource changed;
        lock (_lock)
        {
            if (_ring is { } known && known.Version == ring.Version && known.Keys.SequenceEqual(ring.Keys)) return false;
            (_ring, _elements) = (ring, [.. ring.Keys.Select(Parse).OfType<XElement>()]);
            (changed, _changed) = (_changed, new CancellationTokenSource());
        }

        changed.Cancel();
        changed.Dispose();
        return true;
    }

    /// <summary>The key that was made since this was asked last. It is good for nothing before the cluster has it.</summary>
    public XElement? TakeMade()
    {
        lock (_lock)
        {
            var made = _made;
            _made = null;
            return made;
        }
    }

    /// <exception cref="InvalidOperationException">They have not been read yet.</exception>
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        lock (_lock)
        {
            if (_ring is null) throw new InvalidOperationException("the keys of tokens have not been read yet");
            // Whoever reads them may change them.
            return [.. _elements.Select(element => new XElement(element))];
        }
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        lock (_lock) _made = element;
    }

    public void Dispose() => _changed.Dispose();

    private XElement? Parse(string xml)
    {
        try
        {
            return XElement.Parse(xml);
        }
        catch (XmlException error)
        {
            // Without what is in it, for the rest of it may be a key.
            LogUnreadable(logger, error.LineNumber, error.LinePosition);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A row of data_keys is not XML (line {Line}, position {Position}); it is left out")]
    private static partial void LogUnreadable(ILogger logger, int line, int position);
}
