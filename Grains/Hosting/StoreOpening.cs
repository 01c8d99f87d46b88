using Microsoft.Extensions.Hosting;

namespace OrleansChat.Grains.Hosting;

/// <summary>Opens the store before the silo and the web server start, so that neither serves without it.</summary>
internal sealed class StoreOpening(Func<CancellationToken, Task> open) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => open(cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
