namespace OrleansChat.Grains.Storage;

/// <summary>A database, and the stores over it.</summary>
internal interface IChatStore
{
    /// <summary>Where rooms are written.</summary>
    IRoomStore Rooms { get; }

    /// <summary>Where users are written.</summary>
    IUserStore Users { get; }

    /// <summary>Where accounts are kept.</summary>
    IAccountStore Accounts { get; }

    /// <summary>Where the keys are kept that protect tokens.</summary>
    IDataKeyStore DataKeys { get; }

    /// <summary>Where everything is read.</summary>
    IChatReader Reader { get; }
}
