using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using OrleansChat.Grains.Storage;

namespace OrleansChat.Grains.Hosting;

/// <summary>What the processes have in common: how they log, and how they end when they cannot start.</summary>
public static class ChatProcess
{
    // A silo that is a cluster by itself looks for a free port and takes it a moment later: somebody may have it by then.
    // The web server says in its own words that its port is taken.
    private const int Attempts = 3;

    /// <summary>One line a record, warnings and worse from the libraries; <c>Logging:LogLevel</c> changes it.</summary>
    public static void AddChatLogging(this IHostApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        builder.Logging.AddConsole(options => options.FormatterName = LogLine.FormatterName);
        builder.Logging.AddConsoleFormatter<LogLine, ConsoleFormatterOptions>();
        builder.Logging.AddFilter("Orleans.", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        // The runtime's notes on how it starts; the host's failure to start is told by Run, in one line.
        builder.Logging.AddFilter("Orleans.Runtime.NoOpHostEnvironmentStatistics", LogLevel.Error);
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        // It warns of keys that lie in the database as they are, which is where whoever reads them has everything else too.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager", LogLevel.Error);
        // Told by WaitForSilo, once; and by the health endpoints themselves, to whoever asks.
        builder.Logging.AddFilter("Orleans.Messaging.GatewayManager", LogLevel.Error);
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
    }

    /// <summary>Builds and runs a host until it is told to stop.</summary>
    /// <param name="program">The program's name, for the line that says why it cannot start.</param>
    /// <param name="build">Builds the host.</param>
    /// <returns>
    /// 0, or 1 when it could not start; then one line on standard error says why. It ends by itself, with 1, when it does
    /// not stop within a second more than <see cref="HostOptions.ShutdownTimeout"/>.
    /// </returns>
    public static async Task<int> RunAsync(string program, Func<WebApplication> build)
    {
        ArgumentNullException.ThrowIfNull(build);
        for (var attempt = 1; ; attempt++)
        {
            using var isOver = new CancellationTokenSource();
            try
            {
                await using var app = build();
                EndInTime(program, app, isOver.Token);
                if (await StartAsync(app)) await app.WaitForShutdownAsync();
                return 0;
            }
            catch (AddressInUseException) when (attempt < Attempts)
            {
                // The next one has a port of its own.
            }
            catch (Exception error) when (Explain(error) is { } reason)
            {
                await Console.Error.WriteLineAsync($"{program}: {reason}");
                return 1;
            }
            finally
            {
                await isOver.CancelAsync();
            }
        }
    }

    // The host asks for no more than its own time, but not everything that it stops listens: Orleans tries for ever to
    // tell a database that is gone of a silo that ends.
    private static void EndInTime(string program, WebApplication app, CancellationToken isOver)
    {
        var limit = app.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout + TimeSpan.FromSeconds(1);
        app.Lifetime.ApplicationStopping.Register(() => _ = EndAfterAsync());

        async Task EndAfterAsync()
        {
            await Task.Delay(limit, TimeProvider.System, isOver);
            await Console.Error.WriteLineAsync($"{program}: it did not stop in good order within {limit.TotalSeconds:0} seconds, and is cut off");
            // An exit waits for the task that asks for it.
            new Thread(static () => Environment.Exit(1)) { IsBackground = true }.Start();
        }
    }

    /// <returns>Whether it runs; not when it was told to stop before it did.</returns>
    private static async Task<bool> StartAsync(WebApplication app)
    {
        try
        {
            await app.StartAsync();
            return true;
        }
        catch
        {
            // What had started stops in good order: cut off, it would talk over the line that says what is wrong.
            var wasTold = app.Lifetime.ApplicationStopping.IsCancellationRequested;
            await app.StopAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // Whatever a start says that was broken off: a client of the cluster names what it was waiting for.
            if (wasTold) return false;
            throw;
        }
    }

    // Faults of the program itself are not explained away: they end it with their stack.
    private static string? Explain(Exception error) => error switch
    {
        AggregateException { InnerExceptions: [var only] } => Explain(only),
        StoreStartException => error.Message,
        OptionsValidationException invalid => string.Join("; ", invalid.Failures),
        // The configuration binder's, for a value that does not convert or a name that nothing has.
        InvalidOperationException when error.Source?.StartsWith("Microsoft.Extensions.Configuration", StringComparison.Ordinal) == true
            => error.InnerException is FormatException or OverflowException or ArgumentException
                ? $"{error.Message.TrimEnd('.')} ({error.InnerException.Message})"
                : error.Message,
        // The web server's, such as for https without a certificate: the first line says it, the others give advice.
        InvalidOperationException when error.Source?.StartsWith("Microsoft.AspNetCore.Server.Kestrel", StringComparison.Ordinal) == true
            => error.Message.Split('\n')[0].Trim(),
        // The membership table's, for a gateway; a store says it itself.
        Npgsql.PostgresException refused => $"ConnectionStrings:Chat: PostgreSQL refuses it: {refused.MessageText}",
        AddressInUseException => $"its silo finds no free port ({error.Message})",
        FormatException or IOException or System.Net.Sockets.SocketException => error.Message,
        _ => null,
    };
}
