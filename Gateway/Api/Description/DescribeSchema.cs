using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using OrleansChat.Gateway.Api.Answers;
using OrleansChat.Gateway.Api.Requests;
using OrleansChat.Rooms;

namespace OrleansChat.Gateway.Api.Description;

/// <summary>
/// Makes the schemas say what is really sent: what may be absent is absent and never null, what is written by a
/// converter of its own has the type that it writes.
/// </summary>
internal sealed class DescribeSchema : IOpenApiSchemaTransformer
{
    private static readonly string[] EventTypes = ["message", "topic", "archived", "restored"];

    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = context.JsonTypeInfo.Type;
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (context.JsonPropertyInfo is null && context.JsonTypeInfo.Kind == JsonTypeInfoKind.Object) DescribeObject(schema, context.JsonTypeInfo);
        else if (type == typeof(DateTimeOffset)) (schema.Type, schema.Format) = (JsonSchemaType.String, "date-time");
        else if (type == typeof(WireEvent)) DescribeEvent(schema);
        if (context.JsonPropertyInfo is { Name: "data" } data && (data.DeclaringType == typeof(Draft) || data.DeclaringType == typeof(Broadcast)))
            schema.Type = JsonSchemaType.Object;
        return Task.CompletedTask;
    }

    private static void DescribeObject(OpenApiSchema schema, JsonTypeInfo type)
    {
        if (schema.Properties is null) return;
        schema.Required = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var property in type.Properties)
        {
            if (!schema.Properties.TryGetValue(property.Name, out var described)) continue;
            var mayBeAbsent = property.IsGetNullable || Nullable.GetUnderlyingType(property.PropertyType) is not null;
            if (!mayBeAbsent) schema.Required.Add(property.Name);
            if (described is OpenApiSchema own) own.Type &= ~JsonSchemaType.Null;
        }
    }

    // It is encoded by hand, once for all who are sent it.
    private static void DescribeEvent(OpenApiSchema schema)
    {
        schema.Type = JsonSchemaType.Object;
        schema.Description = "An event of a room, as it is on the wire.";
        schema.Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
        {
            ["type"] = new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. EventTypes.Select(name => (JsonNode)name)] },
            ["room"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["seq"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64" },
            ["from"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["name"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["text"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["topic"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["reason"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["at"] = new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" },
            ["key"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["replyTo"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64" },
            ["data"] = new OpenApiSchema { Type = JsonSchemaType.Object },
        };
        schema.Required = new SortedSet<string>(StringComparer.Ordinal) { "type", "room", "seq", "from", "at" };
    }
}
