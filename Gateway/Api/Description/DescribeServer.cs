using System.Reflection;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using OrleansChat.Gateway.Authentication;

namespace OrleansChat.Gateway.Api.Description;

/// <summary>Says what the API is, and how one proves to this server who one is.</summary>
internal sealed class DescribeServer(IOptions<AuthOptions> auth) : IOpenApiDocumentTransformer
{
    private const string Text =
        "Rooms, messages, members, users and the server itself, over the same grains as the sockets of chat.v1. "
        + "Errors are application/problem+json (RFC 9457) with the codes of chat.v1 in `code`. Unknown fields are ignored. "
        + "Pages end with `more`; `next` is then the cursor of the next one.";

    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "OrleansChat",
            Version = Assembly.GetExecutingAssembly().GetName().Version!.ToString(3),
            Description = Text,
        };
        document.Servers = [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = SecuritySchemes.Of(auth.Value);
        foreach (var schema in document.Components.Schemas?.Values.OfType<OpenApiSchema>() ?? [])
        {
            foreach (var (name, property) in schema.Properties?.ToList() ?? [])
            {
                // What may be absent is never null.
                if (property is OpenApiSchema { OneOf: [{ Type: JsonSchemaType.Null }, var other] }) schema.Properties![name] = other;
            }
        }

        return Task.CompletedTask;
    }
}
