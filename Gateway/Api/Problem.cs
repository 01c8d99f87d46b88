namespace OrleansChat.Gateway.Api;

/// <summary>Why a request was refused: RFC 9457, with the codes of the wire.</summary>
/// <param name="Type">Always <c>about:blank</c>: the code says more than an address would.</param>
/// <param name="Title">The name of the HTTP status.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">The code, as in an error frame of <c>chat.v1</c>.</param>
/// <param name="Detail">One sentence for a developer that names what is wrong.</param>
/// <param name="Field">The field, the parameter or the part of the path that is at fault, if one is.</param>
/// <param name="RetryAfterMs">When to try again, in milliseconds, for a request that came too soon.</param>
internal sealed record Problem(
    string Type, string Title, int Status, string Code, string Detail, string? Field, long? RetryAfterMs);
