using System.Globalization;
using System.Text.Json;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Api;

/// <summary>
/// What <c>/openapi/v1.json</c> says, held against what is really sent: each answer that a test gets must be one that
/// the document knows, with no field that it does not know, and none missing that it promises.
/// </summary>
internal sealed class ApiContract
{
    private readonly JsonElement _document;

    private ApiContract(JsonElement document) => _document = document;

    /// <summary>All operations, such as <c>GET /api/rooms</c>.</summary>
    public IReadOnlySet<string> Operations => _document.GetProperty("paths").EnumerateObject()
        .SelectMany(path => path.Value.EnumerateObject().Select(operation => $"{operation.Name.ToUpperInvariant()} {path.Name}"))
        .ToHashSet();

    public JsonElement Document => _document;

    public static async Task<ApiContract> ReadAsync(Uri gateway)
    {
        using var http = new HttpClient { BaseAddress = gateway };
        return new ApiContract(FrameFields.Parse(await http.GetStringAsync("/openapi/v1.json")));
    }

    /// <summary>Fails unless the document knows this answer.</summary>
    /// <returns>The operation that it is an answer of.</returns>
    public string Check(string method, string path, int status, string? contentType, string body)
    {
        var (template, operation) = Find(method, path);
        var name = $"{method} {template}";
        var code = status.ToString(CultureInfo.InvariantCulture);
        Assert.True(operation.GetProperty("responses").TryGetProperty(code, out var response), $"{name} has no answer {code}: {body}");
        if (!response.TryGetProperty("content", out var content))
        {
            Assert.True(body.Length == 0, $"{name} has no content for {code}: {body}");
            return name;
        }

        Assert.True(content.TryGetProperty(contentType!, out var media), $"{name} answers {code} with {contentType}");
        Check(FrameFields.Parse(body), media.GetProperty("schema"), name);
        return name;
    }

    private (string Template, JsonElement Operation) Find(string method, string path)
    {
        var segments = path.Split('/');
        foreach (var template in _document.GetProperty("paths").EnumerateObject().OrderBy(one => one.Name.Count(c => c == '{')))
        {
            var parts = template.Name.Split('/');
            if (parts.Length != segments.Length || !parts.Zip(segments).All(pair => pair.First.StartsWith('{') || pair.First == pair.Second)) continue;
            if (template.Value.TryGetProperty(method.ToLowerInvariant(), out var operation)) return (template.Name, operation);
        }

        throw new InvalidOperationException($"the document has no {method} {path}");
    }

    private void Check(JsonElement value, JsonElement schema, string where)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            Check(value, _document.GetProperty("components").GetProperty("schemas").GetProperty(reference.GetString()!.Split('/')[^1]), where);
            return;
        }

        if (schema.TryGetProperty("enum", out var names))
            Assert.True(names.EnumerateArray().Any(one => one.GetString() == value.GetString()), $"{where} is {value}");
        var type = schema.TryGetProperty("type", out var named) ? named.GetString() : "string";
        var kinds = type switch
        {
            "object" => new[] { JsonValueKind.Object },
            "array" => [JsonValueKind.Array],
            "integer" => [JsonValueKind.Number],
            "boolean" => [JsonValueKind.True, JsonValueKind.False],
            _ => [JsonValueKind.String],
        };
        Assert.True(kinds.Contains(value.ValueKind), $"{where} is {value}, not {type}");
        if (schema.TryGetProperty("format", out var format) && format.GetString() == "date-time")
            Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", value.GetString());
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray()) Check(item, schema.GetProperty("items"), $"{where}[]");
        }

        if (value.ValueKind == JsonValueKind.Object && schema.TryGetProperty("properties", out var properties)) CheckFields(value, schema, properties, where);
    }

    private void CheckFields(JsonElement value, JsonElement schema, JsonElement properties, string where)
    {
        foreach (var field in value.EnumerateObject())
        {
            Assert.True(properties.TryGetProperty(field.Name, out var property), $"{where} has {field.Name}, which the document does not know");
            Check(field.Value, property, $"{where}.{field.Name}");
        }

        foreach (var required in schema.GetProperty("required").EnumerateArray())
            Assert.True(value.Has(required.GetString()!), $"{where} has no {required}: {value}");
    }
}
