namespace OrleansChat.Gateway.Connections;

/// <summary>
/// Whether this gateway has met a silo since it started. Until it has, nothing can be asked; losing all silos later
/// shows in each call.
/// </summary>
/// <param name="isMade">Whether there is a silo from the start, because it is in this process.</param>
internal sealed class SiloConnection(bool isMade) : ILifecycleParticipant<IClusterClientLifecycle>
{
    private volatile bool _isMade = isMade;

    public bool IsMade => _isMade;

    public void Participate(IClusterClientLifecycle observer) =>
        observer.Subscribe(nameof(SiloConnection), ServiceLifecycleStage.Active, _ =>
        {
            _isMade = true;
            return Task.CompletedTask;
        });
}
