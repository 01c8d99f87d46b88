using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;
using OrleansChat.Gateway.Connections;
using OrleansChat.Gateway.Json;

namespace OrleansChat.Gateway.Api;

/// <summary>
/// Answers every request under <c>/api</c> that fails, whoever refused it, as <c>application/problem+json</c>: handlers
/// throw a <see cref="ChatException"/>, the web server's own refusals (no such route, no token) are given a body.
/// </summary>
internal static class Problems
{
    private static readonly TimeSpan UnavailableFor = TimeSpan.FromSeconds(1);

    private static ChatException NotJson =>
        new(ChatErrorCode.BadJson, "the body has to be JSON, with Content-Type: application/json");

    /// <summary>Adds it to the pipeline; what shall be answered for comes after it.</summary>
    public static void UseProblems(this WebApplication app) => app.UseWhen(
        static context => context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase),
        static api => api.Use(AnswerAsync));

    /// <summary>The HTTP status of a code of the wire.</summary>
    public static int ToStatus(ChatErrorCode code) => code switch
    {
        ChatErrorCode.BadJson or ChatErrorCode.UnknownType or ChatErrorCode.MissingField or ChatErrorCode.BadField
            => StatusCodes.Status400BadRequest,
        ChatErrorCode.Unauthorized => StatusCodes.Status401Unauthorized,
        ChatErrorCode.NoSuchRoom => StatusCodes.Status404NotFound,
        ChatErrorCode.KeyReused => StatusCodes.Status409Conflict,
        ChatErrorCode.TextTooLong => StatusCodes.Status413PayloadTooLarge,
        ChatErrorCode.RateLimited => StatusCodes.Status429TooManyRequests,
        ChatErrorCode.Internal => StatusCodes.Status500InternalServerError,
        ChatErrorCode.Unavailable => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status403Forbidden,
    };

    /// <summary>Writes a refusal as the response.</summary>
    /// <param name="context">The request; nothing of its response may have been sent.</param>
    /// <param name="refusal">Why.</param>
    /// <param name="status">The HTTP status, if it is not the one of the code.</param>
    public static Task WriteAsync(HttpContext context, ChatException refusal, int? status = null)
    {
        var response = context.Response;
        response.StatusCode = status ?? ToStatus(refusal.Code);
        response.Headers.CacheControl = "no-store";
        var retryAfter = refusal.RetryAfter ?? (refusal.Code == ChatErrorCode.Unavailable ? UnavailableFor : null);
        if (retryAfter is { } wait)
            response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        var problem = new Problem(
            "about:blank",
            ReasonPhrases.GetReasonPhrase(response.StatusCode),
            response.StatusCode,
            JsonFrames.Name(refusal.Code),
            refusal.Message,
            refusal.Field,
            retryAfter is { } time ? (long)Math.Ceiling(time.TotalMilliseconds) : null);
        return response.WriteAsJsonAsync(problem, ProblemJson.Default.Problem, "application/problem+json", context.RequestAborted);
    }

    private static async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested || context.Response.HasStarted)
        {
            // Nobody reads an answer, or half of another one was sent already: all that is left is to cut it off.
            context.Abort();
            return;
        }
        catch (BadHttpRequestException error)
        {
            await WriteAsync(context, ToRefusal(error), status: error.StatusCode);
            return;
        }
        catch (Exception error)
        {
            var logger = context.RequestServices.GetRequiredService<ILogger<Problem>>();
            await WriteAsync(context, Faults.ToRefusal(error, logger));
            return;
        }

        var response = context.Response;
        if (response.StatusCode < 400 || response.HasStarted || response.ContentType is not null) return;
        await WriteAsync(context, ToRefusal(context), status: response.StatusCode);
    }

    private static ChatException ToRefusal(BadHttpRequestException error) => error.StatusCode switch
    {
        StatusCodes.Status413PayloadTooLarge => new ChatException(ChatErrorCode.TextTooLong, "the body is too large"),
        StatusCodes.Status415UnsupportedMediaType => NotJson,
        StatusCodes.Status408RequestTimeout => new ChatException(ChatErrorCode.BadJson, "the body did not come in time"),
        _ => new ChatException(ChatErrorCode.BadJson, error.Message),
    };

    // What the web server refused by its status alone.
    private static ChatException ToRefusal(HttpContext context)
    {
        var request = context.Request;
        return context.Response.StatusCode switch
        {
            StatusCodes.Status401Unauthorized =>
                new ChatException(ChatErrorCode.Unauthorized, "this needs a valid token: Authorization: Bearer …"),
            StatusCodes.Status403Forbidden =>
                new ChatException(ChatErrorCode.Forbidden, $"you may not {request.Method} {request.Path}"),
            StatusCodes.Status404NotFound =>
                new ChatException(ChatErrorCode.UnknownType, $"there is no {request.Path}; /openapi/v1.json says what there is"),
            StatusCodes.Status405MethodNotAllowed => new ChatException(
                ChatErrorCode.UnknownType, $"{request.Path} has no {request.Method}, but {context.Response.Headers.Allow}"),
            StatusCodes.Status415UnsupportedMediaType => NotJson,
            StatusCodes.Status429TooManyRequests =>
                new ChatException(ChatErrorCode.RateLimited, "too many requests; try again later"),
            StatusCodes.Status503ServiceUnavailable =>
                new ChatException(ChatErrorCode.Unavailable, "the server cannot answer at the moment; try again"),
            >= 500 => new ChatException(ChatErrorCode.Internal, "internal error"),
            _ => new ChatException(ChatErrorCode.BadJson, "the request cannot be understood"),
        };
    }
}
