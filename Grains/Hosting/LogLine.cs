using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace OrleansChat.Grains.Hosting;

/// <summary>
/// One line a record: time, level, category, message. What a warning was caused by stands in the line as a message; the
/// stack is for errors, on lines of its own. A peer that is down is told of often, and nobody learns more from a
/// stack.
/// </summary>
internal sealed class LogLine() : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "line";

    public override void Write<TState>(
        in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var message = Secrets.Hide(logEntry.Formatter(logEntry.State, logEntry.Exception));
        var at = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        textWriter.Write($"{at} {Level(logEntry.LogLevel)} {logEntry.Category}: {OneLine(message)}");
        if (logEntry.Exception is not { } error)
        {
            textWriter.WriteLine();
        }
        else if (logEntry.LogLevel >= LogLevel.Error)
        {
            textWriter.WriteLine();
            textWriter.WriteLine(Secrets.Hide(error.ToString()));
        }
        else
        {
            textWriter.WriteLine($" ({Secrets.Hide(Causes(error))})");
        }
    }

    private static string Level(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        _ => "crit",
    };

    private static string Causes(Exception error)
    {
        // The innermost is what happened; those around it most often repeat it.
        while (error.InnerException is { } inner) error = inner;
        return $"{error.GetType().Name}: {OneLine(error.Message)}";
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
