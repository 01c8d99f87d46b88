using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace OrleansChat.Gateway.Api.Description;

/// <summary><c>/openapi/v1.json</c>: what the API has, for tools. Made once, from the endpoints themselves.</summary>
internal static class ApiDescription
{
    private const string Document = "v1";

    public static void AddApiDescription(this WebApplicationBuilder builder) => builder.Services.AddOpenApi(Document, options =>
    {
        options.ShouldInclude = static endpoint => endpoint.RelativePath?.StartsWith("api/", StringComparison.Ordinal) == true;
        options.AddDocumentTransformer<DescribeServer>();
        options.AddOperationTransformer<DescribeOperation>();
        options.AddSchemaTransformer<DescribeSchema>();
    });

    public static void MapApiDescription(this WebApplication app)
    {
        var json = new Lazy<Task<byte[]>>(() => WriteAsync(app.Services));
        app.MapGet("/openapi/v1.json", async Task<FileContentHttpResult> () => TypedResults.File(await json.Value, "application/json"))
            .AllowAnonymous();
    }

    private static async Task<byte[]> WriteAsync(IServiceProvider services)
    {
        var provider = services.GetRequiredKeyedService<IOpenApiDocumentProvider>(Document);
        var document = await provider.GetOpenApiDocumentAsync(CancellationToken.None);
        using var json = new MemoryStream();
        await document.SerializeAsJsonAsync(json, OpenApiSpecVersion.OpenApi3_1, CancellationToken.None);
        return json.ToArray();
    }
}
