using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace OrleansChat.Gateway.Tests.Hosting;

/// <summary>Keeps what a gateway logs as an error: nothing that a client does may put anything here.</summary>
/// <param name="least">What it keeps, if not errors alone.</param>
internal sealed class FaultLog(LogLevel least = LogLevel.Error) : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> _faults = new();

    public IReadOnlyCollection<string> Faults => _faults;

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel)) _faults.Enqueue($"{formatter(state, exception)} {exception}");
    }

    public void Dispose()
    {
    }
}
