namespace OrleansChat.Gateway.Limits;

/// <summary>How many connections each address has open; addresses that have none take no memory.</summary>
/// <param name="most">How many one may have.</param>
internal sealed class AddressTable(int most)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ClientAddress, int> _open = [];

    /// <summary>How many addresses have some.</summary>
    public int Count
    {
        get { lock (_lock) return _open.Count; }
    }

    /// <summary>Counts one in, unless the address has as many as it may.</summary>
    public bool TryEnter(ClientAddress address)
    {
        lock (_lock)
        {
            var open = _open.GetValueOrDefault(address);
            if (open >= most) return false;
            _open[address] = open + 1;
            return true;
        }
    }

    /// <summary>Counts one out.</summary>
    public void Leave(ClientAddress address)
    {
        lock (_lock)
        {
            if (_open[address] == 1) _open.Remove(address);
            else _open[address]--;
        }
    }
}
