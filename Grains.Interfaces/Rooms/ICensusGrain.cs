namespace OrleansChat.Rooms;

/// <summary>
/// How much is stored. The key is 0: there is one in the cluster, so that however many ask, the rooms are read through
/// once a minute at most.
/// </summary>
[Alias("chat.ICensusGrain")]
public interface ICensusGrain : IGrainWithIntegerKey
{
    /// <summary>What was counted within the last minute, or else is counted now.</summary>
    /// <exception cref="ChatException">
    /// <see cref="ChatErrorCode.Unavailable"/>: the store cannot count at the moment, or is not done with it after five
    /// seconds. It goes on, and whoever asks when it is done is told.
    /// </exception>
    [Alias("Count")]
    Task<StoredCounts> Count();
}

/// <summary>How much is stored, in memory or not.</summary>
/// <param name="AsOf">When the count began; it is counted again when somebody asks a minute after its end.</param>
/// <param name="Rooms">The rooms.</param>
/// <param name="Accounts">How many accounts there are, where there are any to be had.</param>
[GenerateSerializer, Immutable, Alias("chat.stored-counts")]
public sealed record StoredCounts(
    [property: Id(0)] DateTimeOffset AsOf,
    [property: Id(1)] RoomCounts Rooms,
    [property: Id(2)] long? Accounts);

/// <summary>All rooms and what is in them.</summary>
/// <param name="Public">How many rooms are public.</param>
/// <param name="Private">How many are private.</param>
/// <param name="Direct">How many are conversations of two.</param>
/// <param name="Archived">How many of all these can only be read.</param>
/// <param name="Memberships">How many members the rooms have together; whoever is in two rooms counts twice.</param>
/// <param name="Events">How many events they have together: messages, and changes of topics and of being archived.</param>
[GenerateSerializer, Immutable, Alias("chat.room-counts")]
public sealed record RoomCounts(
    [property: Id(0)] long Public,
    [property: Id(1)] long Private,
    [property: Id(2)] long Direct,
    [property: Id(3)] long Archived,
    [property: Id(4)] long Memberships,
    [property: Id(5)] long Events)
{
    /// <summary>What some rooms and others have together.</summary>
    public static RoomCounts Add(RoomCounts some, RoomCounts others) => new(
        some.Public + others.Public,
        some.Private + others.Private,
        some.Direct + others.Direct,
        some.Archived + others.Archived,
        some.Memberships + others.Memberships,
        some.Events + others.Events);
}
