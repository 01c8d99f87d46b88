using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansChat.Users;

namespace OrleansChat.Gateway.Tests.Limits;

/// <summary>What visitors cost a gateway: requests, calls of the grains of users, and lines of the log.</summary>
internal sealed class Toll : IStartupFilter, IIncomingGrainCallFilter, ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();
    private int _requests;
    private int _calls;

    public int Requests => Volatile.Read(ref _requests);

    public int Calls => Volatile.Read(ref _calls);

    public IReadOnlyCollection<string> Lines => _lines;

    public void Count(WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IStartupFilter>(this);
        builder.Services.AddSingleton<IIncomingGrainCallFilter>(this);
        builder.Logging.AddProvider(this);
    }

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((context, pipeline) =>
        {
            Interlocked.Increment(ref _requests);
            return pipeline(context);
        });
        next(app);
    };

    public Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.InterfaceMethod.DeclaringType == typeof(IUserGrain)) Interlocked.Increment(ref _calls);
        return context.Invoke();
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel)) _lines.Enqueue(formatter(state, exception));
    }

    public void Dispose()
    {
    }
}
