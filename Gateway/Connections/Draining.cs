namespace OrleansChat.Gateway.Connections;

/// <summary>Ends the connections before the web server and the silo stop under them.</summary>
internal sealed class Draining(ConnectionTable connections) : IHostedLifecycleService
{
    public Task StoppingAsync(CancellationToken cancellationToken) => connections.DrainAsync(cancellationToken);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
