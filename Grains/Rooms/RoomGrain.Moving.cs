namespace OrleansChat.Grains.Rooms;

// How a room comes to a silo and leaves it. Its members and its log are in the store; its routes come along, so that
// its gateways go on being sent what they have not yet, and nobody who was online seems to go and come again.
internal sealed partial class RoomGrain
{
    private const string CarriedKey = "chat.room";
    private static readonly TimeSpan ExpiryInterval = TimeSpan.FromSeconds(5);

    private CarriedRoom? _carried;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        this.RegisterGrainTimer(
            static (room, _) =>
            {
                room._open?.Routes.DropExpired();
                return Task.CompletedTask;
            },
            this,
            new GrainTimerCreationOptions(ExpiryInterval, ExpiryInterval) { Interleave = true });
        if (_carried is null) return;
        try
        {
            await OpenAsync();
        }
        catch (Exception error)
        {
            // Nothing is missed until it is open: nobody can have committed anything. The next call opens it.
            LogNotOpened(_logger, Room, error.Message);
        }
    }

    /// <summary>The requests that were running have been answered; what comes from here on waits, and goes after the room.</summary>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_open is not { } room)
        {
            if (_carried is not null) _departure.TryMove(GrainContext, reason);
            return;
        }

        await room.Log.DrainAsync().WaitAsync(cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
        room.Routes.CloseAll();
        if (!_ending) _departure.TryMove(GrainContext, reason);
        _lastWords.SayAfter(GrainContext.Deactivated, room.Routes.LastWords());
    }

    public void OnDehydrate(IDehydrationContext dehydrationContext) =>
        dehydrationContext.TryAddValue(CarriedKey, _open?.Routes.Carry() ?? _carried);

    public void OnRehydrate(IRehydrationContext rehydrationContext) =>
        rehydrationContext.TryGetValue(CarriedKey, out _carried);

    private void TakeUp(RouteTable routes)
    {
        if (_carried is { } carried) routes.Restore(carried);
        _carried = null;
    }
}
