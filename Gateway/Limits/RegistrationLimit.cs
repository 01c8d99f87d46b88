using Microsoft.Extensions.Options;
using OrleansChat.Limits;

namespace OrleansChat.Gateway.Limits;

/// <summary>How often an address may register within an hour; attempts that come to nothing count too.</summary>
/// <remarks>
/// Not one of the <see cref="AddressLimits"/>, for one thing is given back: an attempt that this gateway was too busy to
/// make. Whoever brings that about has registered nothing by it.
/// </remarks>
internal sealed class RegistrationLimit(IOptions<ChatLimits> limits, TimeProvider clock)
{
    private readonly AddressBuckets _attempts =
        new(TokenRate.Within(TimeSpan.FromHours(1), limits.Value.RegistrationsPerHourPerAddress), clock);

    /// <summary>Counts an attempt.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.RateLimited"/>: there were as many as there may be.</exception>
    public void Take(HttpContext context) => _attempts.Take(context);

    /// <summary>Nothing was tried.</summary>
    public void Return(ClientAddress address) => _attempts.Return(address);
}
