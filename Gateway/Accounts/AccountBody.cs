using System.Text.Json;

namespace OrleansChat.Gateway.Accounts;

/// <summary>The body of a request about an account: a JSON object of texts. What is missing or impossible is refused by name.</summary>
internal sealed class AccountBody : IDisposable
{
    // As on the wire: RFC 8259 §4 leaves a name that occurs twice to whoever reads it, and two readers could differ.
    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    private readonly JsonDocument _document;

    private AccountBody(JsonDocument document) => _document = document;

    /// <summary>Reads it.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.BadJson"/>: it is not an object.</exception>
    /// <exception cref="BadHttpRequestException">It is too large, or says that it is not JSON.</exception>
    public static async Task<AccountBody> ReadAsync(HttpRequest request)
    {
        if (!request.HasJsonContentType())
        {
            throw new BadHttpRequestException(
                "the body has to be JSON, with Content-Type: application/json", StatusCodes.Status415UnsupportedMediaType);
        }

        JsonDocument document;
        try
        {
            document = await JsonDocument.ParseAsync(request.Body, Options, request.HttpContext.RequestAborted);
        }
        catch (JsonException)
        {
            // Not what the reader says of it: that may quote a password.
            throw new ChatException(ChatErrorCode.BadJson, "the body is not JSON, or names a field twice");
        }

        if (document.RootElement.ValueKind == JsonValueKind.Object) return new AccountBody(document);
        document.Dispose();
        throw new ChatException(ChatErrorCode.BadJson, "the body is not a JSON object");
    }

    /// <summary>A text that has to be there.</summary>
    public string Text(string field) =>
        TextOrNull(field) ?? throw new ChatException(ChatErrorCode.MissingField, $"{field} is missing", field);

    /// <summary>A text, or nothing.</summary>
    public string? TextOrNull(string field)
    {
        if (!_document.RootElement.TryGetProperty(field, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        if (value.ValueKind != JsonValueKind.String) throw new ChatException(ChatErrorCode.BadField, $"{field} is not a string", field);
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            // An escape such as \ud800 that is half of a character.
            throw new ChatException(ChatErrorCode.BadField, $"{field} is not well-formed Unicode", field);
        }
    }

    public void Dispose() => _document.Dispose();
}
