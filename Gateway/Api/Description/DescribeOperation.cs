using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using OrleansChat.Gateway.Api.Requests;
using OrleansChat.Gateway.Authentication;
using OrleansChat.Gateway.Json;

namespace OrleansChat.Gateway.Api.Description;

/// <summary>Says of an operation who may call it, and what its parameters may be.</summary>
internal sealed class DescribeOperation(IOptions<AuthOptions> auth) : IOpenApiOperationTransformer
{
    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var endpoint = context.Description.ActionDescriptor.EndpointMetadata;
        if (!endpoint.OfType<IAllowAnonymous>().Any() && endpoint.OfType<IAuthorizeData>().Any())
            DescribeCaller(operation, endpoint.OfType<IAuthorizeData>().Any(IsForApplications), context.Document);
        var types = context.Description.ParameterDescriptions.ToDictionary(one => one.Name, TypeOf, StringComparer.Ordinal);
        foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>() ?? [])
        {
            if (types.GetValueOrDefault(parameter.Name!) is { } type) Describe(parameter, type);
        }

        operation.OperationId ??= endpoint.OfType<MethodInfo>().FirstOrDefault() is { } handler ? NameOf(handler) : null;
        return Task.CompletedTask;
    }

    private static bool IsForApplications(IAuthorizeData asked) => asked.Policy == AuthenticationSetup.Applications;

    private void DescribeCaller(OpenApiOperation operation, bool isForApplications, OpenApiDocument? document)
    {
        List<string> schemes = [.. SecuritySchemes.Of(auth.Value, isForApplications)];
        operation.Security = SecuritySchemes.Any(schemes, document);
        // Whom guests are is itself a scheme, and so no parameter.
        if (schemes.Contains(SecuritySchemes.Guest)) Add("name", "A guest's display name, at most 64 characters, one of which at least can be seen.");
        if (schemes.Contains(SecuritySchemes.ApiKey) && !isForApplications) Add("as", "The user as whom an application acts, with its key.");

        void Add(string name, string description) => (operation.Parameters ??= []).Add(new OpenApiParameter
        {
            Name = name,
            In = ParameterLocation.Query,
            Description = description,
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        });
    }

    // RoomsApi.ListAsync is roomsList; a lambda has no name.
    private static string? NameOf(MethodInfo handler)
    {
        if (!handler.DeclaringType!.Name.EndsWith("Api", StringComparison.Ordinal)) return null;
        var domain = handler.DeclaringType.Name[..^"Api".Length];
        return JsonNamingPolicy.CamelCase.ConvertName(domain) + handler.Name[..^"Async".Length];
    }

    private static Type? TypeOf(ApiParameterDescription parameter) =>
        (parameter.ParameterDescriptor as IParameterInfoParameterDescriptor)?.ParameterInfo.ParameterType;

    private static void Describe(OpenApiParameter parameter, Type type)
    {
        var schema = new OpenApiSchema { Type = JsonSchemaType.String };
        switch (type.Name)
        {
            case nameof(RoomId):
                parameter.Description = "The room's id; the direct room of alice and bob is dm:alice:bob.";
                break;
            case nameof(UserId):
                parameter.Description = "The user's id.";
                break;
            case nameof(IdCursor):
                parameter.Description = "The next of the page before.";
                schema.MaxLength = FieldRules.MaxCursor;
                break;
            case nameof(PageLimit):
                parameter.Description = "How many entries at most.";
                schema.Type = JsonSchemaType.Integer;
                (schema.Minimum, schema.Maximum, schema.Default) = ("1", $"{FieldRules.MaxLimit}", FieldRules.DefaultLimit);
                break;
            case nameof(SeqCursor):
                parameter.Description = parameter.Name == "before" ? "Those before this place." : "Those after this place.";
                schema.Type = JsonSchemaType.Integer;
                (schema.Format, schema.Minimum) = ("int64", "0");
                break;
            default:
                parameter.Description = parameter.Name switch
                {
                    "query" => "A part of the id or the topic, in any case.",
                    "reason" => "Why, for the audit.",
                    IdempotencyKey.Header => "The message's key, if the body has none.",
                    _ => parameter.Description,
                };
                return;
        }

        parameter.Schema = schema;
    }
}
