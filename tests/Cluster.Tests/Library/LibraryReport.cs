using System.Text.Json;

namespace OrleansChat.Cluster.Tests.Library;

/// <summary>What became of the library's users.</summary>
/// <param name="Sends">Each send, by how its promise was settled.</param>
/// <param name="Failed">The library's events of that name.</param>
/// <param name="Resets">Streams that could not be continued.</param>
/// <param name="Closed">Sessions that the server ended for good.</param>
/// <param name="Errors">Errors that belong to no call.</param>
/// <param name="Streams">What each was handed of each room.</param>
/// <param name="Waits">Each time that one was without a connection.</param>
internal sealed record LibraryReport(
    LibrarySend[] Sends,
    JsonElement[] Failed,
    JsonElement[] Resets,
    JsonElement[] Closed,
    JsonElement[] Errors,
    LibraryStream[] Streams,
    LibraryWait[] Waits);

/// <summary>A wait before the next attempt to connect.</summary>
/// <param name="User">Whose.</param>
/// <param name="Why">Why the connection, or the attempt before, ended.</param>
/// <param name="Ms">How long.</param>
internal sealed record LibraryWait(string User, string Why, int Ms);

/// <summary>A send.</summary>
/// <param name="User">Whose.</param>
/// <param name="Room">Where to.</param>
/// <param name="Key">Its key.</param>
/// <param name="Text">Its text.</param>
/// <param name="Seq">Where it is stored, if it was resolved.</param>
/// <param name="Ms">How long that took.</param>
/// <param name="Error">Why not, if it was rejected.</param>
internal sealed record LibrarySend(string User, string Room, string Key, string Text, long? Seq, int Ms, string? Error);

/// <summary>What one user was handed of one room.</summary>
/// <param name="User">Who.</param>
/// <param name="Room">Which room.</param>
/// <param name="First">The last seq before the stream begins.</param>
/// <param name="Events">Of each message: seq, from, key, text.</param>
internal sealed record LibraryStream(string User, string Room, long First, JsonElement[][] Events);
