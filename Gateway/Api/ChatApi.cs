using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using OrleansChat.Gateway.Api.Answers;
using OrleansChat.Gateway.Api.Description;
using OrleansChat.Gateway.Authentication;

namespace OrleansChat.Gateway.Api;

/// <summary>
/// The HTTP API: the same grains as the sockets use, for servers and tools. Each file maps one domain.
/// </summary>
internal static class ChatApi
{
    public static void AddChatApi(this WebApplicationBuilder builder)
    {
        builder.Services.ConfigureHttpJsonOptions(static json =>
        {
            var options = json.SerializerOptions;
            options.TypeInfoResolverChain.Insert(0, ApiJson.Default);
            // As on the wire: what is absent is not there, letters of all scripts stay letters, times have milliseconds.
            options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
            options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
            options.NumberHandling = JsonNumberHandling.Strict;
            options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower));
            options.Converters.Add(new WireTimeConverter());
            options.Converters.Add(new WireEventConverter());
        });
        builder.AddApiDescription();
    }

    public static void MapChatApi(this WebApplication app)
    {
        var api = app.MapGroup("/api").RequireAuthorization().AddEndpointFilter<Admission>().WithErrors(400, 401, 403, 429, 500, 503);
        api.MapRooms();
        api.MapMessages();
        api.MapMembers();
        api.MapUsers();
        api.MapBlocks();
        api.MapServer();
        api.MapTokens(app.Services.GetRequiredService<IOptions<AuthOptions>>().Value.Mode);
        app.MapApiDescription();
    }
}
