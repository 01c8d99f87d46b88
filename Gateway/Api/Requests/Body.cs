using System.Reflection;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using OrleansChat.Gateway.Api.Description;
using OrleansChat.Gateway.Connections;
using OrleansChat.Gateway.Json;
using OrleansChat.Gateway.Limits;

namespace OrleansChat.Gateway.Api.Requests;

/// <summary>
/// The body of a request, read when the handler asks for it, so that who is not let in is told so first; and read as a
/// command of the wire is, so that both know the same fields and refuse the same way. A field that is none is refused:
/// a ban whose end is misspelt would be one for good.
/// </summary>
/// <typeparam name="T">What it holds; the description of the API shows it.</typeparam>
internal class Body<T>(HttpContext context, bool isOptional, bool isSecret = false) : IBindableFromHttpContext<Body<T>>, IEndpointParameterMetadataProvider
{
    // More than the longest password, id and name have, each character written as an escape.
    private const int MaxSecret = 16 * 1024;

    private static readonly string[] Fields =
        [.. typeof(T).GetProperties().Select(static property => JsonNamingPolicy.CamelCase.ConvertName(property.Name))];

    private static readonly string[] ContentTypes = ["application/json"];
    private static readonly int[] Refusals = [StatusCodes.Status413PayloadTooLarge, StatusCodes.Status415UnsupportedMediaType];

    public static ValueTask<Body<T>?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<Body<T>?>(new Body<T>(context, isOptional: false));

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) => Describe(builder, isOptional: false);

    /// <summary>Says in the description of the API what a body holds, and how it can be refused.</summary>
    protected static void Describe(EndpointBuilder builder, bool isOptional)
    {
        builder.Metadata.Add(new AcceptsMetadata(ContentTypes, typeof(T), isOptional));
        foreach (var status in Refusals) builder.Metadata.Add(new Refusal(status));
    }

    /// <inheritdoc cref="ReadAsync(Func{CommandFields, ChatLimits, T})"/>
    public Task<T> ReadAsync(Func<CommandFields, T> read) => ReadAsync((fields, _) => read(fields));

    /// <summary>Reads it.</summary>
    /// <param name="readFields">Reads the fields.</param>
    /// <exception cref="ChatException">What is wrong.</exception>
    public async Task<T> ReadAsync(Func<CommandFields, ChatLimits, T> readFields)
    {
        var limits = context.RequestServices.GetRequiredService<GatewayServices>().Limits;
        try
        {
            // What fits into a frame of the wire fits here.
            using var document = IsAbsent ? JsonDocument.Parse("{}") : await ParseAsync(isSecret ? MaxSecret : limits.FrameBytes);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new ChatException(ChatErrorCode.BadJson, "the body is not a JSON object");
            var fields = new CommandFields(document.RootElement);
            var read = readFields(fields, limits);
            // A secret may stand where a name should.
            if (!isSecret) fields.AllowOnly(Fields);
            return read;
        }
        catch (JsonException error)
        {
            // What the reader says of it may quote a password.
            throw new ChatException(
                ChatErrorCode.BadJson, isSecret ? "the body is not JSON, or names a field twice" : $"the body is not JSON: {error.Message}");
        }
    }

    private bool IsAbsent => isOptional && context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == false;

    private async Task<JsonDocument> ParseAsync(int maxBytes)
    {
        var request = context.Request;
        if (!request.HasJsonContentType())
            throw new BadHttpRequestException("no JSON", StatusCodes.Status415UnsupportedMediaType);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = maxBytes;
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, context.RequestAborted);
        var utf8 = body.GetBuffer().AsMemory(0, (int)body.Length);
        // Nothing else would see it in what is kept as it was sent. On a socket this is done by the protocol.
        return Utf8.IsValid(utf8.Span)
            ? CommandParser.ParseJson(utf8)
            : throw new ChatException(ChatErrorCode.BadJson, "the body is not UTF-8");
    }
}

/// <summary>The body of a request that needs none.</summary>
/// <typeparam name="T">What it holds; the description of the API shows it.</typeparam>
internal sealed class OptionalBody<T>(HttpContext context)
    : Body<T>(context, isOptional: true), IBindableFromHttpContext<OptionalBody<T>>, IEndpointParameterMetadataProvider
{
    public static new ValueTask<OptionalBody<T>?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<OptionalBody<T>?>(new OptionalBody<T>(context));

    public static new void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) => Describe(builder, isOptional: true);
}

/// <summary>The body of a request that holds a password or a token: no refusal repeats anything of it.</summary>
/// <typeparam name="T">What it holds; the description of the API shows it.</typeparam>
internal sealed class SecretBody<T>(HttpContext context)
    : Body<T>(context, isOptional: false, isSecret: true), IBindableFromHttpContext<SecretBody<T>>, IEndpointParameterMetadataProvider
{
    public static new ValueTask<SecretBody<T>?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<SecretBody<T>?>(new SecretBody<T>(context));

    public static new void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) => Describe(builder, isOptional: false);
}
