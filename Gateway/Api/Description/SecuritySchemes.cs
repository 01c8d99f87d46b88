using Microsoft.OpenApi;
using OrleansChat.Gateway.Authentication;

namespace OrleansChat.Gateway.Api.Description;

/// <summary>The ways to prove who one is, in the words of OpenAPI.</summary>
internal static class SecuritySchemes
{
    public const string Bearer = "bearer";
    public const string ApiKey = "apiKey";
    public const string Guest = "guest";

    /// <summary>Those that a server has.</summary>
    public static IDictionary<string, IOpenApiSecurityScheme> Of(AuthOptions options)
    {
        var schemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
        if (options.Mode == AuthModes.Guest)
        {
            schemes[Guest] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Query,
                Name = "user",
                Description = "Guest mode: whoever asks is believed to be who they say they are, such as ?user=alice.",
            };
        }
        else
        {
            schemes[Bearer] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = Bearer,
                Description = "An access token of /api/accounts/login, or of /api/tokens.",
            };
        }

        if (options.ApiKeys.Count > 0)
        {
            schemes[ApiKey] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Header,
                Name = "Authorization",
                Description = "An application's key, as `ApiKey KEY`: an administrator, and with ?as=alice one who acts as alice.",
            };
        }

        return schemes;
    }

    /// <summary>Those that do for an operation, any one of them.</summary>
    public static IEnumerable<string> Of(AuthOptions options, bool isForApplications) =>
        isForApplications ? [ApiKey] : Of(options).Keys;

    /// <summary>Any one of them will do.</summary>
    public static IList<OpenApiSecurityRequirement> Any(IEnumerable<string> schemes, OpenApiDocument? document) =>
    [
        .. schemes.Select(name => new OpenApiSecurityRequirement
        {
            [new OpenApiSecuritySchemeReference(name, document)] = [],
        }),
    ];
}
