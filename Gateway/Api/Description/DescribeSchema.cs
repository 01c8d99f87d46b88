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
    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = context.JsonTypeInfo.Type;
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (context.JsonTypeInfo.Kind == JsonTypeInfoKind.Object) DescribeObject(schema, context.JsonTypeInfo);
        else if (type == typeof(DateTimeOffset)) (schema.Type, schema.Format) = (JsonSchemaType.String, "date-time");
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

        DescribeByHand(schema, schema.Properties, type.Type);
    }

    // What the types cannot say.
    private static void DescribeByHand(OpenApiSchema schema, IDictionary<string, IOpenApiSchema> properties, Type type)
    {
        if (type == typeof(MessageList))
        {
            ((OpenApiSchema)properties["messages"]).Items = Event();
        }
        else if (type == typeof(Draft) || type == typeof(Broadcast))
        {
            properties["data"] = new OpenApiSchema { Type = JsonSchemaType.Object, Description = "An object of the application's own." };
            if (properties.TryGetValue("rooms", out var rooms)) (((OpenApiSchema)rooms).MinItems, ((OpenApiSchema)rooms).MaxItems) = (1, Broadcast.MaxRooms);
        }
        else if (type == typeof(TokenToIssue))
        {
            var (ttl, limited) = ((OpenApiSchema)properties["ttl"], (OpenApiSchema)properties["rooms"]);
            schema.Required!.Remove("ttl");
            (ttl.Minimum, ttl.Maximum, ttl.Default) = ($"{TokenToIssue.LeastTtl}", $"{TokenToIssue.MostTtl}", TokenToIssue.UsualTtl);
            (limited.MinItems, limited.MaxItems) = (1, TokenToIssue.MaxRooms);
            schema.AdditionalPropertiesAllowed = false;
        }
        else if (type == typeof(RoomToCreate))
        {
            properties["kind"] = OneOf(["public", "private"], "Who may enter it.");
        }
        else if (type == typeof(TopicChange))
        {
            schema.Required!.Add("topic");
            ((OpenApiSchema)properties["topic"]).Type |= JsonSchemaType.Null;
        }
    }

    private static OpenApiSchema OneOf(string[] names, string description) => new()
    {
        Type = JsonSchemaType.String,
        Enum = [.. names.Select(name => (JsonNode)name)],
        Description = description,
    };

    // It is encoded by hand, once for all who are sent it.
    private static OpenApiSchema Event() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "An event of a room, as it is on the wire.",
        Required = new SortedSet<string>(StringComparer.Ordinal) { "type", "room", "seq", "from", "at" },
        Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
        {
            ["type"] = OneOf(["message", "topic", "archived", "restored"], "What it is."),
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
        },
    };
}
